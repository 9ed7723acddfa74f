/** A structured report or a key object selection, to be read; images that it names are a click away. */
import { createElement, type ReactElement } from 'react';
import { isBare, referencedImages, type ContentDocument, type ContentItem, type ContentReference } from '../../domain/contentTree';
import type { Instance } from '../../domain/instance';
import { t } from '../../domain/text';
import { useServices } from '../context';
import { findImage, showImage } from '../showImage';

const KEY_OBJECTS = '1.2.840.10008.5.1.4.1.1.88.59';

/** What a reader needs no line for: where on an image something was drawn, and who is who to a machine. */
const SILENT = new Set(['SCOORD', 'SCOORD3D', 'TCOORD', 'UIDREF']);

function useReveal(instance: Instance): (reference: ContentReference) => (() => void) | undefined {
  const { library, workspace } = useServices();
  return (reference) => {
    const place = {
      study_instance_uid: instance.studyInstanceUID,
      series_instance_uid: '',
      sop_instance_uid: reference.sopInstanceUID,
      frame: reference.frames[0] ?? 1,
    };
    return findImage(library, place) ? () => void showImage(library, workspace, place) : undefined;
  };
}

function ImageLink({ reference, reveal, label }: { readonly reference: ContentReference; readonly reveal: (() => void) | undefined; readonly label: string }): ReactElement {
  const frames = reference.frames.length > 0 ? ` · ${t('frame {frames}', { frames: reference.frames.join(', ') })}` : '';
  if (!reveal) return <span className="sheet-missing">{`${t('Image is not in this window')}${frames}`}</span>;
  return (
    <button type="button" className="sheet-link" onClick={reveal}>
      {`${label}${frames}`}
    </button>
  );
}

interface ItemProps {
  readonly item: ContentItem;
  readonly depth: number;
  readonly reveal: (reference: ContentReference) => (() => void) | undefined;
}

function Line({ item, depth, reveal }: ItemProps): ReactElement {
  return (
    <div className="sheet-item">
      <p>
        {item.name && <span className="sheet-name">{item.name}</span>}
        {item.value && <span className="sheet-value">{item.value}</span>}
        {item.references.map((reference) => (
          <ImageLink key={reference.sopInstanceUID} reference={reference} reveal={reveal(reference)} label={t('Show image')} />
        ))}
      </p>
      <Items items={item.children} depth={depth + 1} reveal={reveal} />
    </div>
  );
}

function Section({ item, depth, reveal }: ItemProps): ReactElement {
  return (
    <section className="sheet-section">
      {item.name && createElement(`h${Math.min(6, depth + 3)}`, null, item.name)}
      <Items items={item.children} depth={depth + 1} reveal={reveal} />
    </section>
  );
}

function Items({ items, depth, reveal }: { readonly items: readonly ContentItem[]; readonly depth: number; readonly reveal: ItemProps['reveal'] }): ReactElement {
  const shown = items.filter((item) => !isBare(item) && !(SILENT.has(item.type) && item.children.length === 0));
  return (
    <>
      {shown.map((item, index) => {
        const Part = item.type === 'CONTAINER' ? Section : Line;
        return <Part key={index} item={item} depth={depth} reveal={reveal} />;
      })}
    </>
  );
}

/** The images of a key object selection, as pictures. */
function KeyImages({ content, instance, reveal }: { readonly content: ContentDocument; readonly instance: Instance; readonly reveal: ItemProps['reveal'] }): ReactElement {
  const { dicomWeb, library } = useServices();
  return (
    <ul className="sheet-images">
      {referencedImages(content.children).map((reference) => {
        const frame = findImage(library, { study_instance_uid: instance.studyInstanceUID, series_instance_uid: '', sop_instance_uid: reference.sopInstanceUID, frame: reference.frames[0] ?? 1 });
        return (
          <li key={`${reference.sopInstanceUID}/${reference.frames.join()}`}>
            {frame && <img src={dicomWeb.instanceThumbnailURL(frame.instance)} alt="" loading="lazy" />}
            <ImageLink reference={reference} reveal={reveal(reference)} label={frame?.instance.instanceNumber === undefined ? t('Show image') : t('Image {number}', { number: frame.instance.instanceNumber })} />
          </li>
        );
      })}
    </ul>
  );
}

function stateText({ complete, verified, observer, date, time }: ContentDocument, isKeys: boolean): string {
  const state = isKeys ? '' : verified ? (observer ? t('Verified by {name}', { name: observer }) : t('Verified')) : complete ? t('Not verified') : t('Partial');
  return [state, date, time].filter(Boolean).join(' · ');
}

export function ContentSheet({ content, instance }: { readonly content: ContentDocument; readonly instance: Instance }): ReactElement {
  const reveal = useReveal(instance);
  const isKeys = instance.sopClassUID === KEY_OBJECTS;
  return (
    <article className="sheet-page">
      <h2>{content.title || t('Structured report')}</h2>
      <p className="sheet-state">{stateText(content, isKeys)}</p>
      {isKeys && <KeyImages content={content} instance={instance} reveal={reveal} />}
      <Items items={isKeys ? content.children.filter(({ references }) => references.length === 0) : content.children} depth={0} reveal={reveal} />
    </article>
  );
}
