/** The entrance of the report's own window. */
import { startReport } from './ui/report/startPage';

startReport(document);
