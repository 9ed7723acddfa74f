/** The entrance: ask for the study while the rest of the program is still on its way. */
import { readConfig } from './api/config';
import { DicomWeb } from './api/dicomweb';
import { fetchFirstFrame } from './ui/early';
import { fetchPicturesAhead, isMadeReady, opened } from './ui/madeReady';
import { Library } from './api/library';

const config = readConfig(document);
const root = new URL(config.dicomWebRoot, document.baseURI).href.replace(/\/$/, '');
const dicomWeb = new DicomWeb(root);
const library = new Library(dicomWeb, config.studyInstanceUIDs);
fetchFirstFrame(library, root);
void library.load();
if (isMadeReady(document)) fetchPicturesAhead(library);
const { start } = await import('./ui/start');
await opened(document);
start(document, { config, dicomWeb, library, root });
