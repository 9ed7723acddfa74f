/** One viewport: the canvas, the text over it, the bar of a clip, or a tile instead. */
import { useEffect, useRef, useState, type DragEvent, type PointerEvent, type ReactElement } from 'react';
import type { StackView, ViewState } from '../cornerstone/stackView';
import { MAXIMUM_RATE, MINIMUM_RATE } from '../domain/cine';
import { isMeasureTool } from '../domain/annotation';
import type { DisplaySet, PictureSet } from '../domain/displaySet';
import type { EdgeLabels } from '../domain/orientation';
import { cornerText } from '../domain/overlay';
import { displayName } from '../domain/patient';
import { t } from '../domain/text';
import { useKeyImages, useServices, useStudies, useView, useWorkspace } from './context';
import { Icon } from './icons';
import { ProbeBubble } from './ProbeBubble';
import { DRAG_TYPE } from './SeriesRail';
import { EmptyTile, FailureTile, LoadingTile, MessageTile } from './Tiles';

/** A wait shorter than this is not worth a word. */
const PATIENCE_MS = 200;

function Corner({ place, lines }: { readonly place: string; readonly lines: readonly string[] }): ReactElement {
  return (
    <div className={`corner corner-${place}`}>
      {lines.map((line, index) => (
        <p key={`${line}-${index}`}>{line}</p>
      ))}
    </div>
  );
}

function Edges({ edges }: { readonly edges: EdgeLabels }): ReactElement {
  return (
    <>
      {(['left', 'right', 'top', 'bottom'] as const).map((side) => (
        <span key={side} className={`edge edge-${side}`} data-testid={`edge-${side}`}>
          {edges[side]}
        </span>
      ))}
    </>
  );
}

/** The mark of a key image, or why it was not kept. */
function KeyMark({ set, index }: { readonly set: PictureSet; readonly index: number }): ReactElement | null {
  const { keyImages } = useServices();
  const { problem } = useKeyImages();
  const marked = keyImages.isKey(set.frames[index]);
  if (!marked && !problem) return null;
  return (
    <p className="key-mark" role="status" data-testid="key-mark">
      {marked && <span className="key-star">★ {t('Key image')}</span>} {t(problem)}
    </p>
  );
}

function Overlay({ set, state }: { readonly set: PictureSet; readonly state: ViewState }): ReactElement {
  const study = useStudies().find(({ studyInstanceUID }) => studyInstanceUID === set.series.studyInstanceUID)?.summary;
  const corners = cornerText(set, study, state);
  return (
    <div className="overlay">
      <Corner place="top-left" lines={corners.topLeft} />
      <Corner place="top-right" lines={corners.topRight} />
      <Corner place="bottom-left" lines={corners.bottomLeft} />
      <Corner place="bottom-right" lines={corners.bottomRight} />
      <Edges edges={state.edges} />
      <KeyMark set={set} index={state.index} />
    </div>
  );
}

/** Where in the stack the reader is; dragged, it goes elsewhere. */
function SliceBar({ view, state }: { readonly view: StackView; readonly state: ViewState }): ReactElement | null {
  const count = state.set?.frames.length ?? 0;
  if (count < 2) return null;
  const follow = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    view.goTo(Math.round(((event.clientY - box.top) / box.height) * (count - 1)));
  };
  const onDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    follow(event);
  };
  return (
    <div
      className="slice-bar"
      role="slider"
      tabIndex={-1}
      aria-orientation="vertical"
      aria-label={t('Image')}
      aria-valuemin={1}
      aria-valuemax={count}
      aria-valuenow={state.index + 1}
      onPointerDown={onDown}
      onPointerMove={follow}
    >
      <span className="slice-thumb" style={{ top: `${(state.wanted / (count - 1)) * 100}%` }} />
    </div>
  );
}

function CineBar({ view, state }: { readonly view: StackView; readonly state: ViewState }): ReactElement {
  const toggle = (): void => (state.playing ? view.stop() : view.play());
  return (
    <div className="cine-bar">
      <button type="button" className="tool" aria-label={state.playing ? t('Stop') : t('Play')} onMouseDown={(event) => event.preventDefault()} onClick={toggle}>
        <Icon name={state.playing ? 'stop' : 'play'} size={18} />
      </button>
      <input
        type="range"
        min={MINIMUM_RATE}
        max={MAXIMUM_RATE}
        value={state.rate}
        aria-label={t('Frames per second')}
        onChange={(event) => view.setRate(Number(event.target.value))}
        onPointerUp={(event) => event.currentTarget.blur()}
      />
      <output>{t('{rate} fps', { rate: state.rate })}</output>
    </div>
  );
}

/** True once `waiting` has lasted longer than a reader's patience. */
function usePatience(waiting: boolean): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setTimeout(() => setOver(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setOver(false);
    };
  }, [waiting]);
  return waiting && over;
}

const placeText = (state: ViewState): string => t('Image {index} of {count}', { index: state.wanted + 1, count: state.set?.frames.length ?? 0 });

interface PicturesProps {
  readonly view: StackView;
  readonly set: PictureSet;
  readonly state: ViewState;
}

/** Over the canvas: the text of the picture, or why there is none. */
function Cover({ view, set, state }: PicturesProps): ReactElement | null {
  const { showText } = useWorkspace();
  if (state.status === 'loading' && !state.coarse) return <LoadingTile label={placeText(state)} />;
  if (state.failure) return <FailureTile failure={state.failure} place={placeText(state)} retry={() => view.retry()} />;
  return showText ? <Overlay set={set} state={state} /> : null;
}

function Pictures({ view, set, state }: PicturesProps): ReactElement {
  const late = usePatience(state.status === 'ready' && state.wanted !== state.index);
  return (
    <>
      <Cover view={view} set={set} state={state} />
      {state.coarse && <span className="late" data-testid="coarse">{t('Coarse picture: the rest is on its way')}</span>}
      {late && !state.coarse && <span className="late">{t('Loading {place}', { place: placeText(state) })}</span>}
      <SliceBar view={view} state={state} />
      <ProbeBubble state={state} />
      {(set.clip || state.playing) && set.frames.length > 1 && <CineBar view={view} state={state} />}
    </>
  );
}

function Content({ view, set }: { readonly view: StackView; readonly set: DisplaySet }): ReactElement {
  const state = useView(view);
  return set.kind === 'message' ? <MessageTile set={set} /> : <Pictures view={view} set={set} state={state} />;
}

function labelOf(index: number, set: DisplaySet | undefined): string {
  const what = set ? [displayName(set.patient.name), set.series.modality, set.series.description].filter(Boolean).join(', ') : t('empty');
  return `${t('Viewport {number}', { number: index + 1 })}: ${what}`;
}

/** Without a display set: studies on their way, series that could not be read, or nothing at all. */
function Nothing({ waiting }: { readonly waiting: boolean }): ReactElement {
  const { library } = useServices();
  const series = useStudies().flatMap((study) => study.series);
  const failed = series.find(({ failure }) => failure);
  if (waiting) return <LoadingTile label={t('Opening the study')} />;
  if (failed?.failure && series.every(({ sets }) => sets.length === 0)) {
    return <FailureTile failure={failed.failure} place={t('Series {number}', { number: failed.summary.number ?? '' })} retry={() => void library.load()} />;
  }
  return <EmptyTile />;
}

interface ViewportProps {
  readonly index: number;
  readonly waiting: boolean;
}

export function Viewport({ index, waiting }: ViewportProps): ReactElement | null {
  const { workspace, library, overlays } = useServices();
  const { sets, active, links, tool } = useWorkspace();
  const [target, setTarget] = useState(false);
  const canvas = useRef<HTMLDivElement>(null);
  const view = workspace.views[index];
  const set = sets[index];

  useEffect(() => {
    if (!view || !canvas.current) return undefined;
    view.mount(canvas.current);
    return () => view.unmount();
  }, [view]);

  if (!view) return null;

  const onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes(DRAG_TYPE)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    setTarget(true);
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setTarget(false);
    const dropped = library.findSet(event.dataTransfer.getData(DRAG_TYPE));
    if (dropped && !overlays.show(dropped, index)) workspace.place(dropped, index);
  };

  return (
    <section
      className="viewport"
      aria-label={labelOf(index, set)}
      data-active={active === index}
      data-target={target}
      data-linked={links !== undefined && (links.has(index) || active === index)}
      onDoubleClick={() => isMeasureTool(tool) || workspace.toggleMaximised()}
      data-testid={`viewport-${index}`}
      onPointerDownCapture={() => workspace.activate(index)}
      onContextMenu={(event) => event.preventDefault()}
      onDragOver={onDragOver}
      onDragLeave={() => setTarget(false)}
      onDrop={onDrop}
    >
      <div className="canvas" ref={canvas} />
      {set ? <Content view={view} set={set} /> : <Nothing waiting={waiting} />}
    </section>
  );
}
