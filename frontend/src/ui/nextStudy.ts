/** The next study of the reader's list, loaded beforehand as a page of its own (ui/madeReady.ts). */
import { useEffect } from 'react';
import type { ViewerConfig } from '../api/config';
import { ReportsApi } from '../api/reports';
import { addressToRead } from '../domain/urls';
import { useServices } from './context';

const canPrerender = (): boolean => (HTMLScriptElement as { supports?: (type: string) => boolean }).supports?.('speculationrules') ?? false;

/** Have the browser load `address` now, unseen; it drops the page when the reader goes elsewhere. */
function makeReady(address: string): void {
  const rules = document.createElement('script');
  rules.type = 'speculationrules';
  rules.textContent = JSON.stringify({ prerender: [{ source: 'list', urls: [address], eagerness: 'immediate' }] });
  document.head.append(rules);
}

async function makeNextReady({ report, studyInstanceUIDs }: ViewerConfig): Promise<void> {
  const [study] = studyInstanceUIDs;
  if (!report || !study) return;
  const next = await new ReportsApi(study, report.facility).likelyNext();
  if (next !== undefined) makeReady(addressToRead(report.viewerURL, next));
}

/** When all that lies in the viewports is there, the line is free for what comes next. */
export function useNextStudy(): void {
  const { config, workspace } = useServices();
  useEffect(() => {
    if (!config.report?.signs || !canPrerender()) return;
    // It is a convenience: when it fails, the next study opens as slowly as any other.
    return workspace.whenCaughtUp(() => void makeNextReady(config).catch(() => undefined));
  }, [config, workspace]);
}
