/** Putting the parts together. */
import { createRoot } from 'react-dom/client';
import { Annotations, KeyImageCalls } from '../api/annotations';
import { PreferenceCalls } from '../api/preferences';
import { readConfig } from '../api/config';
import { DicomWeb } from '../api/dicomweb';
import { initialize } from '../cornerstone/initialize';
import { preferencesFrom } from '../domain/preferences';
import { setCatalogue } from '../domain/text';
import { KeyImages } from '../tools/keyImages';
import { Measurements } from '../tools/measurements';
import { PreferencesStore } from '../tools/preferences';
import { Workspace } from '../tools/workspace';
import { App } from './App';
import { ServicesContext } from './context';
import { installDebugHandle } from './debugHandle';
import { Library } from './library';
import { placeOf } from './measureLinks';
import { findImage, showImage } from './showImage';
import './styles.css';

export function start(document: Document): void {
  const config = readConfig(document);
  const root = document.getElementById('noctis-viewer');
  if (!root) throw new Error('The page has no place for the viewer');
  const dicomWebRoot = new URL(config.dicomWebRoot, document.baseURI).href.replace(/\/$/, '');
  setCatalogue(config.messages);
  initialize(dicomWebRoot);
  const dicomWeb = new DicomWeb(dicomWebRoot);
  const library = new Library(dicomWeb, config.studyInstanceUIDs);
  const annotations = new Annotations();
  const measurements = new Measurements(annotations, (place) => findImage(library, place));
  const keyImages = new KeyImages(new KeyImageCalls());
  const preferences = new PreferencesStore(new PreferenceCalls(), preferencesFrom(config.preferences));
  const services = { annotations, config, dicomWeb, library, keyImages, measurements, workspace: new Workspace(measurements, keyImages, preferences) };
  services.workspace.showFrame = (frame) => showImage(library, services.workspace, placeOf({ frame }));
  installDebugHandle(services.workspace);
  createRoot(root).render(
    <ServicesContext value={services}>
      <App />
    </ServicesContext>,
  );
}
