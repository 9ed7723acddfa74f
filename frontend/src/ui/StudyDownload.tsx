/** The study as one file to take along; how far it has come, the browser says. */
import type { ReactElement } from 'react';
import { studyZipURL } from '../api/config';
import { t } from '../domain/text';
import { useServices } from './context';
import { Icon } from './icons';

export function StudyDownload({ studyInstanceUID }: { readonly studyInstanceUID: string }): ReactElement {
  const { config } = useServices();
  // With `download` the page stays, whatever the answer is, and asks about nothing.
  return (
    <a className="study-download" href={studyZipURL(config, studyInstanceUID)} download title={t('Download study (ZIP)')}>
      <Icon name="download" size={16} />
      <span>{t('Download study (ZIP)')}</span>
    </a>
  );
}
