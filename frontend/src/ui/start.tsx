/** Putting the parts together. */
import { createRoot } from 'react-dom/client';
import { Annotations, KeyImageCalls } from '../api/annotations';
import type { ViewerConfig } from '../api/config';
import type { DicomWeb } from '../api/dicomweb';
import { Hangings, ReadingPlaces } from '../api/hangings';
import { PreferenceCalls } from '../api/preferences';
import { initialize } from '../cornerstone/initialize';
import { preferencesFrom } from '../domain/preferences';
import { setCatalogue } from '../domain/text';
import { Hanger } from '../tools/hanger';
import { KeptHangings } from '../tools/keptHangings';
import { KeyImages } from '../tools/keyImages';
import { Measurements } from '../tools/measurements';
import { PreferencesStore } from '../tools/preferences';
import { Overlays } from '../tools/overlays';
import { Windows } from '../tools/windows';
import { Workspace } from '../tools/workspace';
import { App } from './App';
import { ServicesContext, type Services } from './context';
import { installDebugHandle } from './debugHandle';
import type { Library } from '../api/library';
import { placeOf } from './measureLinks';
import { saveWhatIsSeen } from './SaveMenu';
import { findImage, showImage } from './showImage';
import './styles.css';

function hangingServices(config: ViewerConfig, workspace: Workspace): Pick<Services, 'hanger' | 'kept' | 'places' | 'windows'> {
  return {
    hanger: new Hanger(workspace),
    kept: new KeptHangings(new Hangings(), config.hangings),
    places: new ReadingPlaces(),
    windows: new Windows(workspace, config.user, config.studyInstanceUIDs),
  };
}

/** What the entrance has begun already. */
export interface Begun {
  readonly config: ViewerConfig;
  readonly dicomWeb: DicomWeb;
  readonly library: Library;
  readonly root: string;
}

export function start(document: Document, { config, dicomWeb, library, root }: Begun): void {
  const place = document.getElementById('noctis-viewer');
  if (!place) throw new Error('The page has no place for the viewer');
  setCatalogue(config.messages);
  initialize(root);
  const annotations = new Annotations();
  const measurements = new Measurements(annotations, (where) => findImage(library, where));
  const keyImages = new KeyImages(new KeyImageCalls());
  const preferences = new PreferencesStore(new PreferenceCalls(), preferencesFrom(config.preferences));
  const workspace = new Workspace(measurements, keyImages, preferences);
  workspace.savePicture = () => saveWhatIsSeen(workspace, false, 'png');
  workspace.knownSets = () => library.getState().flatMap(({ series }) => series.flatMap(({ sets }) => sets));
  workspace.showFrame = (frame) => showImage(library, workspace, placeOf({ frame }));
  const overlays = new Overlays(workspace, () => library.getState().flatMap(({ series }) => series.flatMap(({ sets }) => sets)));
  workspace.overlays = overlays;
  const services = { overlays, annotations, config, dicomWeb, library, keyImages, measurements, workspace, ...hangingServices(config, workspace) };
  installDebugHandle(services.workspace);
  createRoot(place).render(
    <ServicesContext value={services}>
      <App />
    </ServicesContext>,
  );
}
