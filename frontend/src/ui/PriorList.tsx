/** Earlier studies of the patient, a click away from lying beside the one that is read. */
import type { ReactElement } from 'react';
import type { PriorStudy, ViewerConfig } from '../api/config';
import { formatDate } from '../domain/format';
import { t } from '../domain/text';
import { useServices } from './context';

/** The address of this study with a prior beside it. */
function besideURL(config: ViewerConfig, prior: PriorStudy): string {
  const address = new URL(window.location.href);
  address.searchParams.set('StudyInstanceUIDs', [config.studyInstanceUIDs[0] ?? '', prior.studyInstanceUID].join(','));
  return address.href;
}

/** Shift+P opens the prior that is most alike; true when there is one. */
export function isPriorKey(event: KeyboardEvent, config: ViewerConfig): boolean {
  const target = event.target as HTMLElement | null;
  if (event.key !== 'P' || !event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return false;
  const [best] = config.priors;
  if (!best || target?.closest('input, textarea, select, [contenteditable], [data-keys="own"]')) return false;
  window.location.assign(besideURL(config, best));
  return true;
}

function Prior({ prior }: { readonly prior: PriorStudy }): ReactElement {
  const { config } = useServices();
  return (
    <li>
      <a className="prior" href={besideURL(config, prior)} data-alike={prior.isAlike}>
        <span className="series-facts">
          {prior.modalities.map((modality) => (
            <span key={modality} className="modality">{modality}</span>
          ))}
          <span className="muted">{formatDate(prior.date)}</span>
          <span className="series-count">{prior.images}</span>
        </span>
        <span className="series-title">{prior.description || t('No description')}</span>
      </a>
    </li>
  );
}

export function PriorList(): ReactElement | null {
  const { config } = useServices();
  if (config.priors.length === 0) return null;
  return (
    <details className="prior-list" open={config.studyInstanceUIDs.length === 1} data-testid="priors">
      <summary className="study-heading">
        <span>{t('Earlier studies')}</span>
        <span className="muted">{config.priors.length}</span>
      </summary>
      <ul className="series-list">
        {config.priors.map((prior) => (
          <Prior key={prior.studyInstanceUID} prior={prior} />
        ))}
      </ul>
    </details>
  );
}
