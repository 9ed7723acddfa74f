/** What the page tells the viewer: a JSON script element, so that no script is inline. */
import type { KeptHanging } from '../domain/hangingProtocol';

/** Of somebody who may write reports. */
export interface ReportPlaces {
  readonly me: { readonly id: number; readonly name: string };
  readonly signs: boolean;
  readonly reportURL: string;
  readonly viewerURL: string;
  readonly facility: string;
}

/** What the page of the report editor is told. */
export interface ReportPageConfig extends ReportPlaces {
  readonly studyInstanceUID: string;
  readonly worklistURL: string;
  readonly loginURL: string;
  readonly messages: Readonly<Record<string, string>>;
}

/** Another study of the patient, for comparison; what is most alike comes first. */
export interface PriorStudy {
  readonly studyInstanceUID: string;
  readonly description: string;
  readonly date: string;
  readonly modalities: readonly string[];
  readonly images: number;
  /** Of the same part of the body, made in the same way. */
  readonly isAlike: boolean;
}

/** Where the reader stopped in a study, as domain/viewLink.ts writes it. */
export interface ReadingPlace {
  readonly studyInstanceUID: string;
  readonly view: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface ViewerConfig {
  /** Who reads, by number: windows of different people have nothing to say to each other. */
  readonly user: string;
  readonly hangings: readonly KeptHanging[];
  readonly places: readonly ReadingPlace[];
  readonly priors: readonly PriorStudy[];
  readonly studyInstanceUIDs: readonly string[];
  readonly dicomWebRoot: string;
  /** Of a study's ZIP file: the address with `{study}` for its UID. */
  readonly studyZipURL: string;
  readonly worklistURL: string;
  readonly loginURL: string;
  readonly messages: Readonly<Record<string, string>>;
  readonly report: ReportPlaces | null;
  /** As the reader has left them (contract/viewer-preferences.schema.json). */
  readonly preferences?: unknown;
}

function read(document: Document): unknown {
  const element = document.getElementById('noctis-config');
  if (!element?.textContent) throw new Error('The page carries no configuration');
  return JSON.parse(element.textContent);
}

export const readConfig = (document: Document): ViewerConfig => read(document) as ViewerConfig;

export const readReportConfig = (document: Document): ReportPageConfig => read(document) as ReportPageConfig;

export const studyZipURL = (config: ViewerConfig, studyInstanceUID: string): string => config.studyZipURL.replace('{study}', encodeURIComponent(studyInstanceUID));
