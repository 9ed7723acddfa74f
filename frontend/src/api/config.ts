/** What the page tells the viewer: a JSON script element, so that no script is inline. */
export interface ViewerConfig {
  readonly studyInstanceUIDs: readonly string[];
  readonly dicomWebRoot: string;
  readonly worklistURL: string;
  readonly loginURL: string;
  readonly messages: Readonly<Record<string, string>>;
}

export function readConfig(document: Document): ViewerConfig {
  const element = document.getElementById('noctis-config');
  if (!element?.textContent) throw new Error('The page carries no configuration');
  return JSON.parse(element.textContent) as ViewerConfig;
}
