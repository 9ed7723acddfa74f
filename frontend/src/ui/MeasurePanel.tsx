/** What has been measured, below the series: a click leads to the image. */
import { useState, type KeyboardEvent, type ReactElement } from 'react';
import { number } from '../domain/dataset';
import { Tag } from '../domain/tags';
import { t } from '../domain/text';
import { measurementText, type Measurement, type Saving } from '../tools/measurements';
import { useMeasurements, useServices } from './context';
import { Icon } from './icons';
import { placeOf, useMeasureLinks } from './measureLinks';
import { showImage } from './showImage';

const SAVING: Readonly<Record<Saving, string>> = {
  saved: '',
  saving: 'Saving …',
  offline: 'Not saved yet: the server cannot be reached.',
  off: 'Not saved here: they last as long as this window.',
  refused: 'The last change was not saved.',
};

/** Of what has neither figures nor words. */
const NAMES: Readonly<Partial<Record<Measurement['tool'], string>>> = { arrow: 'Arrow', text: 'Text' };

interface RowProps {
  readonly one: Measurement;
  readonly selected: boolean;
  readonly insert: ((one: Measurement) => void) | undefined;
}

function Label({ one, done }: { readonly one: Measurement; readonly done: () => void }): ReactElement {
  const { measurements } = useServices();
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter') measurements.rename(one.uid, event.currentTarget.value);
    if (event.key === 'Enter' || event.key === 'Escape') done();
    event.stopPropagation();
  };
  return <input className="measure-label" defaultValue={one.label} maxLength={200} aria-label={t('Label')} autoFocus onKeyDown={onKey} onBlur={(event) => { measurements.rename(one.uid, event.target.value); done(); }} />;
}

function whereText({ frame: { instance, number: frame }, author }: Measurement): string {
  const series = t('Series {number}', { number: number(instance.dataset, Tag.SeriesNumber) ?? '–' });
  const image = t('Image {number}', { number: instance.numberOfFrames > 1 ? frame : (instance.instanceNumber ?? frame) });
  return [series, image, author].filter(Boolean).join(' · ');
}

function Row({ one, selected, insert }: RowProps): ReactElement {
  const { measurements, library, workspace } = useServices();
  const [naming, setNaming] = useState(false);
  const go = (): void => {
    showImage(library, workspace, placeOf(one));
    measurements.select(one.uid);
  };
  return (
    <li className="measure-row" data-selected={selected} data-mine={one.isMine}>
      {naming ? (
        <Label one={one} done={() => setNaming(false)} />
      ) : (
        <button type="button" className="measure-go" onClick={go} title={one.measured.note}>
          <span className="measure-value">{measurementText(one) || t(NAMES[one.tool] ?? 'Measurement')}</span>
          <span className="measure-where">{whereText(one)}</span>
        </button>
      )}
      <span className="measure-actions">
        {insert && <button type="button" className="measure-action" aria-label={t('Insert into the report')} title={t('Insert into the report')} onClick={() => insert(one)}><Icon name="next" size={15} /></button>}
        {one.isMine && <button type="button" className="measure-action" aria-label={t('Label')} title={t('Label')} onClick={() => setNaming(true)}><Icon name="text" size={15} /></button>}
        {one.isMine && <button type="button" className="measure-action" aria-label={t('Remove')} title={t('Remove')} onClick={() => measurements.remove(one.uid)}><Icon name="close" size={15} /></button>}
      </span>
    </li>
  );
}

/** For other systems: all of it as a structured report in the study. */
function SaveAsReport({ studies }: { readonly studies: readonly string[] }): ReactElement {
  const { annotations } = useServices();
  const [said, setSaid] = useState('');
  const save = (): void => {
    setSaid('…');
    Promise.all(studies.map((study) => annotations.report(study)))
      .then(() => setSaid(t('Saved in the study.')))
      .catch((error: unknown) => setSaid(error instanceof Error ? error.message : String(error)));
  };
  return (
    <p className="measure-state">
      <button type="button" className="sheet-link" onClick={save}>
        {t('Save as structured report')}
      </button>{' '}
      <span role="status">{said}</span>
    </p>
  );
}

export function MeasurePanel(): ReactElement | null {
  const { config } = useServices();
  const { list, selected, saving, notice } = useMeasurements();
  const insert = useMeasureLinks();
  if (list.length === 0) return null;
  return (
    <details className="measure-panel" aria-label={t('Measurements')} data-testid="measurements" open>
      <summary className="study-heading"><span>{t('Measurements')}</span><span className="muted">{list.length}</span></summary>
      <ul>
        {list.map((one) => (
          <Row key={one.uid} one={one} selected={one.uid === selected} insert={config.report ? insert : undefined} />
        ))}
      </ul>
      {saving === 'saved' && <SaveAsReport studies={[...new Set(list.map(({ frame }) => frame.instance.studyInstanceUID))]} />}
      <p className="measure-state" role="status" data-saving={saving} data-testid="measure-state">{t(SAVING[saving]) || t(notice)}</p>
    </details>
  );
}
