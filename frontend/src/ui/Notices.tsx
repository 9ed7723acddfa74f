/** States of the whole page: nothing to open, session over, connection lost. */
import { useCallback, useEffect, useSyncExternalStore, type ReactElement } from 'react';
import type { FailureKind, ViewerError } from '../domain/failure';
import { t } from '../domain/text';
import { useServices, useStudies } from './context';
import { Icon, type IconName } from './icons';
import type { StudyEntry } from '../api/library';

const RETRY_MS = 5000;

function failuresOf(studies: readonly StudyEntry[]): ViewerError[] {
  return studies.flatMap(({ failure, series }) => [failure, ...series.map((entry) => entry.failure)]).filter((failure) => failure !== undefined);
}

/** What is wrong with the page as a whole: of studies, series and the pictures on the screen. */
export function usePageFailure(): FailureKind | undefined {
  const { workspace } = useServices();
  const ofData = failuresOf(useStudies()).map(({ kind }) => kind);
  const ofPictures = useSyncExternalStore(workspace.subscribe, workspace.getObstacle);
  return (['session', 'network'] as const).find((kind) => ofData.includes(kind) || ofPictures === kind);
}

/** Load again what could not be loaded. */
function useRetry(): () => void {
  const { library, workspace } = useServices();
  return useCallback(() => {
    void library.load();
    workspace.retryFailed();
  }, [library, workspace]);
}

/** Somebody who signed in again in another tab goes on here when he comes back to this one. */
export function SignInNotice(): ReactElement {
  const { config } = useServices();
  const retry = useRetry();
  useEffect(() => {
    window.addEventListener('focus', retry);
    return () => window.removeEventListener('focus', retry);
  }, [retry]);
  const next = encodeURIComponent(window.location.pathname + window.location.search);
  return (
    <div className="notice" role="alert" data-testid="notice-session">
      <Icon name="lock" size={18} />
      <p>{t('Your session has ended. What is on the screen stays until you leave the page.')}</p>
      <a className="button" href={`${config.loginURL}?next=${next}`}>
        {t('Sign in again')}
      </a>
    </div>
  );
}

/** Tries again by itself: every few seconds, and as soon as the browser is back online. */
export function NetworkNotice(): ReactElement {
  const retry = useRetry();
  useEffect(() => {
    const timer = setInterval(retry, RETRY_MS);
    window.addEventListener('online', retry);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', retry);
    };
  }, [retry]);
  return (
    <div className="notice" role="alert" data-testid="notice-network">
      <Icon name="plug" size={18} />
      <p>{t('The server cannot be reached. Trying again …')}</p>
    </div>
  );
}

interface PageStateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly canRetry: boolean;
}

/** Instead of the viewports, when none of the studies can be opened. */
export function PageState({ icon, title, text, canRetry }: PageStateProps): ReactElement {
  const { config, library } = useServices();
  return (
    <main className="page-state" role="alert">
      <Icon name={icon} size={40} />
      <h1>{title}</h1>
      <p>{text}</p>
      <div className="page-state-actions">
        {canRetry && (
          <button type="button" className="button" onClick={() => void library.load()}>
            {t('Try again')}
          </button>
        )}
        <a className="button" href={config.worklistURL}>
          {t('Back to the worklist')}
        </a>
      </div>
    </main>
  );
}
