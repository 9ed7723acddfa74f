/** Objects without picture as what they are: reports, key images, waveforms, documents. */
import { useState, type ReactElement } from 'react';
import type { MessageSet } from '../../domain/displaySet';
import { readContent } from '../../domain/contentTree';
import type { Instance } from '../../domain/instance';
import { objectName } from '../../domain/sopClass';
import { t } from '../../domain/text';
import { readWaveforms } from '../../domain/waveform';
import { ContentSheet } from './ContentSheet';
import { WaveformSheet } from './WaveformSheet';

/** Whether this instance can be shown as a sheet. */
export function hasSheet(instance: Instance): boolean {
  return readContent(instance.dataset) !== undefined || readWaveforms(instance.dataset).length > 0;
}

function Sheet({ instance, bare }: { readonly instance: Instance; readonly bare: ReactElement }): ReactElement {
  const content = readContent(instance.dataset);
  if (content) return <ContentSheet content={content} instance={instance} />;
  return hasSheet(instance) ? <WaveformSheet instance={instance} /> : bare;
}

function nameOf(instance: Instance, index: number): string {
  const title = readContent(instance.dataset)?.title ?? t(objectName(instance.sopClassUID, instance.modality));
  return `${instance.instanceNumber ?? index + 1} · ${title}`;
}

interface ObjectSheetProps {
  readonly set: MessageSet;
  /** What stands for an object that is no sheet. */
  readonly bare: ReactElement;
}

/** The objects of a series, one at a time. */
export function ObjectSheet({ set, bare }: ObjectSheetProps): ReactElement | null {
  const [chosen, setChosen] = useState('');
  const instance = set.instances.find(({ sopInstanceUID }) => sopInstanceUID === chosen) ?? set.instances.find(hasSheet);
  if (!instance) return null;
  return (
    <div className="sheet" data-testid="sheet" tabIndex={0} data-keys="own">
      {set.instances.length > 1 && (
        <label className="sheet-choice">
          <select aria-label={t('Object')} value={instance.sopInstanceUID} onChange={(event) => setChosen(event.target.value)}>
            {set.instances.map((one, index) => (
              <option key={one.sopInstanceUID} value={one.sopInstanceUID}>
                {nameOf(one, index)}
              </option>
            ))}
          </select>
        </label>
      )}
      <Sheet key={instance.sopInstanceUID} instance={instance} bare={bare} />
    </div>
  );
}
