/** The report editor in a window of its own. */
import { createRoot } from 'react-dom/client';
import { readReportConfig } from '../../api/config';
import { setCatalogue } from '../../domain/text';
import '../styles.css';
import { ReportView } from './ReportView';

export function startReport(document: Document): void {
  const config = readReportConfig(document);
  const root = document.getElementById('noctis-report');
  if (!root) throw new Error('The page has no place for the report');
  setCatalogue(config.messages);
  createRoot(root).render(<ReportView config={config} surface={{ kind: 'page' }} />);
}
