/** Putting the parts together. */
import { createRoot } from 'react-dom/client';
import { Annotations, KeyImageCalls } from '../api/annotations';
import { readConfig, type ViewerConfig } from '../api/config';
import { DicomWeb } from '../api/dicomweb';
import { Hangings, ReadingPlaces } from '../api/hangings';
import { initialize } from '../cornerstone/initialize';
import { setCatalogue } from '../domain/text';
import { Hanger } from '../tools/hanger';
import { KeptHangings } from '../tools/keptHangings';
import { KeyImages } from '../tools/keyImages';
import { Measurements } from '../tools/measurements';
import { Windows } from '../tools/windows';
import { Workspace } from '../tools/workspace';
import { App } from './App';
import { ServicesContext, type Services } from './context';
import { installDebugHandle } from './debugHandle';
import { Library } from './library';
import { findImage } from './showImage';
import './styles.css';

function hangingServices(config: ViewerConfig, workspace: Workspace): Pick<Services, 'hanger' | 'kept' | 'places' | 'windows'> {
  return {
    hanger: new Hanger(workspace),
    kept: new KeptHangings(new Hangings(), config.hangings),
    places: new ReadingPlaces(),
    windows: new Windows(workspace, config.user, config.studyInstanceUIDs),
  };
}

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
  const workspace = new Workspace(measurements, keyImages);
  const services = { annotations, config, dicomWeb, library, keyImages, measurements, workspace, ...hangingServices(config, workspace) };
  installDebugHandle(services.workspace);
  createRoot(root).render(
    <ServicesContext value={services}>
      <App />
    </ServicesContext>,
  );
}
