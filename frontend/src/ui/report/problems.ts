/** What a failed call means, in words. */
import { CallError } from '../../api/reports';
import { t } from '../../domain/text';

const TEXTS: Readonly<Record<string, string>> = {
  offline: 'The server cannot be reached.',
  session: 'Your session has ended. Sign in again in another tab, then come back here.',
  unsaved: 'The text is not saved yet. Try again in a moment.',
  'http-404': 'It does not exist, or you may not see it.',
};

export function problemText(error: unknown): string {
  if (!(error instanceof CallError)) return t('That did not work.');
  const known = TEXTS[error.code];
  if (known) return t(known);
  return typeof error.body.detail === 'string' ? error.body.detail : t('That did not work.');
}
