/** What the parts of the report editor share. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import { addressToRead } from '../../domain/urls';
import type { EditorHost } from './editorHost';
import type { WindowLink } from './link';
import type { ReportSession, SessionState } from './session';

export type DialogName = 'sign' | 'takeover' | 'compare' | 'templates' | 'macros' | 'critical' | 'help' | 'versions' | 'withdraw' | 'details' | 'discard';

export interface ReportConfig {
  readonly studyInstanceUID: string;
  readonly facility: string;
  readonly me: { readonly id: number; readonly name: string };
  readonly worklistURL: string;
  readonly loginURL: string;
  readonly viewerURL: string;
  readonly reportURL: string;
}

/** Where the editor lies, and what it can ask of its surroundings. */
export interface Surface {
  readonly kind: 'page' | 'panel';
  readonly close?: () => void;
  readonly popOut?: () => void;
}

export interface ReportServices {
  readonly config: ReportConfig;
  readonly session: ReportSession;
  readonly host: EditorHost;
  readonly link: WindowLink;
  readonly surface: Surface;
  readonly openDialog: (name: DialogName) => void;
  readonly closeDialog: () => void;
}

export const ReportContext = createContext<ReportServices | undefined>(undefined);

export function useReport(): ReportServices {
  const services = useContext(ReportContext);
  if (!services) throw new Error('Outside of the report editor');
  return services;
}

export function useSession(): SessionState {
  const { session } = useReport();
  return useSyncExternalStore(session.subscribe, session.getState);
}

/** Draw again with each change of the editor. */
export function useHost(): EditorHost {
  const { host } = useReport();
  useSyncExternalStore(host.subscribe, host.getTick);
  return host;
}

/** The address of another study's report, where the editor lies now. */
export function addressOf({ config, surface }: ReportServices, studyInstanceUID: string): string {
  const uid = encodeURIComponent(studyInstanceUID);
  return surface.kind === 'panel' ? addressToRead(config.viewerURL, studyInstanceUID) : `${config.reportURL}?StudyInstanceUID=${uid}`;
}
