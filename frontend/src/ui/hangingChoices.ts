/** What the layout menu offers beside layouts: the reader's own hangings, links, and other windows. */
import { useSyncExternalStore } from 'react';
import { DEFAULT_PROTOCOLS } from '../domain/hangingDefaults';
import { protocolOf } from '../domain/keptHanging';
import { t } from '../domain/text';
import { formatView } from '../domain/viewLink';
import { lyingNow, sharedView } from '../tools/viewState';
import type { Workspace } from '../tools/workspace';
import { useServices, useStudies, useWorkspace, type Services } from './context';
import type { StudyEntry } from '../api/library';
import type { Choice } from './Menu';
import { allCandidates, arrangementOf, keyOf } from './opening';

function keepHanging({ workspace, kept }: Services, studies: readonly StudyEntry[]): void {
  const { layout, links } = workspace.getState();
  const protocol = protocolOf(layout, lyingNow(workspace), allCandidates(studies), links !== undefined);
  const key = keyOf(studies);
  if (!protocol) {
    workspace.tell('There is nothing here that could be hung again.');
    return;
  }
  kept.keep(key, protocol).then(
    () => workspace.tell(t('Studies like this one hang like this from now on ({kind}).', { kind: key.replace('.', ' ') })),
    () => workspace.tell('The hanging could not be kept.'),
  );
}

function forgetHanging({ workspace, kept }: Services, studies: readonly StudyEntry[]): void {
  kept.forget(keyOf(studies)).then(
    () => workspace.tell('Studies like this one hang as usual again.'),
    () => workspace.tell('The hanging could not be forgotten.'),
  );
}

function hangAsUsual({ workspace, hanger }: Services, studies: readonly StudyEntry[]): void {
  const arrangement = arrangementOf(studies, DEFAULT_PROTOCOLS);
  if (arrangement) hanger.hang(arrangement);
  else workspace.tell('There is no standard hanging for these studies.');
}

/** The address of this page with what is seen; of a patient it has nothing but UIDs. */
export function linkTo(workspace: Workspace, place: Location): string {
  const address = new URL(place.href);
  address.hash = `view=${formatView(sharedView(workspace))}`;
  return address.href;
}

async function copyLink(workspace: Workspace): Promise<void> {
  const link = linkTo(workspace, window.location);
  try {
    await navigator.clipboard.writeText(link);
    workspace.tell('The link to this view is copied.');
  } catch {
    window.history.replaceState(null, '', link);
    workspace.tell('The browser does not let the link be copied: it stands in the address bar.');
  }
}

/** The same studies in a window of its own; the browser decides on which screen. */
function openWindow(): void {
  const address = new URL(window.location.href);
  address.hash = '';
  window.open(address.href, '_blank', `popup,width=${window.outerWidth},height=${window.outerHeight}`);
}

export function useHangingChoices(): Choice[] {
  const services = useServices();
  const studies = useStudies();
  useWorkspace();
  const { workspace, windows, kept } = services;
  const hangings = useSyncExternalStore(kept.subscribe, kept.getState);
  const { inStep, count } = useSyncExternalStore(windows.subscribe, windows.getState);
  const isKept = hangings.some(({ key }) => key === keyOf(studies));
  const action = (key: string, label: string, choose: () => void): Choice => ({ key, label: t(label), choose });
  return [
    action('keep', 'Hang it like this next time', () => keepHanging(services, studies)),
    ...(isKept ? [action('forget', 'Forget my hanging', () => forgetHanging(services, studies))] : []),
    action('standard', 'Standard hanging', () => hangAsUsual(services, studies)),
    action('copy-link', 'Copy link to this view', () => void copyLink(workspace)),
    action('window', 'Open second window', openWindow),
    ...(count > 1 ? [{ key: 'step', label: t('Windows in step'), chosen: inStep, choose: () => windows.toggleStep() }] : []),
  ];
}
