/** The entrance: read the page's configuration, set Cornerstone up, draw. */
import { start } from './ui/start';

start(document);
