/** The calls of the report editor. */
import type { Person } from '../domain/report/autosave';
import type { ReportContent } from '../domain/report/content';
import type { SectionDifference } from '../domain/report/differences';
import type { Macro } from '../domain/report/macros';
import type { Finding, Prior, ReportAnswer, TemplateHead, VersionHead } from '../domain/report/report';
import { call, csrfToken, type Body } from './call';

export { CallError } from './call';

export interface LeaseAnswer {
  readonly token: number;
  readonly expires_at: string;
  readonly draft: ReportContent | null;
  readonly draft_version: number;
}

export interface Started {
  readonly draft: ReportContent;
  readonly draft_version: number;
  readonly draft_kind: string;
}

export interface Held {
  readonly holder: string;
  readonly token: number;
}

export interface Signature extends Held {
  readonly version: number;
  readonly kind: 'preliminary' | 'final';
  readonly password: string;
  readonly overruled: readonly string[];
  readonly discrepancy?: string;
  readonly reason?: string;
}

export interface CriticalResult {
  readonly finding: string;
  readonly urgency: string;
  readonly recipient_name: string;
  readonly recipient_email: string;
}

export interface VersionAnswer extends VersionHead {
  readonly content: ReportContent;
}

export interface SaveAnswer {
  readonly content: ReportContent;
  readonly saved_by: Person | null;
  readonly saved_at: string;
}

export class ReportsApi {
  private readonly root: string;
  private readonly query: string;

  /** `facility`: which facility's study, where two have the same UID; blank when there is no doubt. */
  constructor(
    private readonly studyInstanceUID: string,
    private readonly facility = '',
    private readonly csrf: () => string = csrfToken,
  ) {
    this.root = `/api/reports/${encodeURIComponent(studyInstanceUID)}/`;
    this.query = facility ? `?facility=${encodeURIComponent(facility)}` : '';
  }

  load = (): Promise<ReportAnswer> => this.call('GET', this.at(''));
  takeLease = (holder: string, takeover: boolean): Promise<LeaseAnswer> => this.call('POST', this.at('lease/'), { holder, takeover });
  heartbeat = (held: Held): Promise<{ readonly expires_at: string }> => this.call('POST', this.at('lease/heartbeat/'), held);
  release = (held: Held): Promise<undefined> => this.call('POST', this.at('lease/release/'), held, true);
  start = (held: Held, kind: string, template: string): Promise<Started> => this.call('POST', this.at('start/'), { ...held, kind, ...(template ? { template } : {}) });
  discard = (held: Held, version: number): Promise<unknown> => this.call('POST', this.at('draft/discard/'), { ...held, version });
  savedState = (id: number): Promise<SaveAnswer> => this.call('GET', this.at(`saves/${id}/`));
  checks = async (content: ReportContent): Promise<readonly Finding[]> => (await this.call<{ findings: Finding[] }>('POST', this.at('checks/'), { content })).findings;
  sign = (signature: Signature): Promise<VersionHead> => this.call('POST', this.at('sign/'), signature);
  withdraw = (password: string, reason: string): Promise<unknown> => this.call('POST', this.at('withdraw/'), { password, reason });
  version = (number: number): Promise<VersionAnswer> => this.call('GET', this.at(`versions/${number}/`));
  priors = async (): Promise<Prior[]> => listOf<Prior>(await this.call('GET', this.at('priors/')));
  setReading = (change: Body): Promise<unknown> => this.call('PATCH', this.at('reading/'), change);
  reportCritical = (result: CriticalResult): Promise<unknown> => this.call('POST', this.at('critical/'), result);
  removeMacro = (id: number): Promise<unknown> => this.call('DELETE', `/api/macros/${id}/`);
  macros = async (): Promise<Macro[]> => listOf<Macro>(await this.call('GET', '/api/macros/'));
  template = (key: string): Promise<TemplateHead & { readonly content: ReportContent }> => this.call('GET', `/api/report-templates/${encodeURIComponent(key)}/`);

  saveDraft(held: Held, version: number, content: ReportContent, leaving = false): Promise<{ readonly version: number; readonly saved_at: string }> {
    return this.call('PUT', this.at('draft/'), { ...held, version, content }, leaving);
  }

  async differences(a: number, b: number): Promise<SectionDifference[]> {
    return (await this.call<{ sections: SectionDifference[] }>('GET', this.at(`versions/${a}/diff/${b}/`))).sections;
  }

  /** All templates, with the one that is suggested for this study. */
  async templates(): Promise<TemplateHead[]> {
    const query = new URLSearchParams({ study: this.studyInstanceUID, ...(this.facility ? { facility: this.facility } : {}) });
    return listOf<TemplateHead>(await this.call('GET', `/api/report-templates/?${query.toString()}`));
  }

  saveMacro(id: number | undefined, macro: { readonly trigger: string; readonly text: string; readonly modality: string }): Promise<Macro> {
    return id === undefined ? this.call('POST', '/api/macros/', macro) : this.call('PATCH', `/api/macros/${id}/`, macro);
  }

  /** What claiming the next study would most likely give; undefined for nothing. */
  async likelyNext(): Promise<string | undefined> {
    const query = new URLSearchParams({ after: this.studyInstanceUID });
    const next = await this.call<{ study_instance_uid: string } | undefined>('GET', `/api/reports/likely-next/?${query.toString()}`);
    return next?.study_instance_uid;
  }

  /** The next study of the list, now the reader's; undefined when there is none. */
  async claimNext(): Promise<string | undefined> {
    const next = await this.call<{ study_instance_uid: string } | undefined>('POST', '/api/reports/claim-next/', {});
    return next?.study_instance_uid;
  }

  private at(path: string): string {
    return `${this.root}${path}${this.query}`;
  }

  private call<Answer>(method: string, url: string, body?: unknown, leaving = false): Promise<Answer> {
    return call<Answer>(method, url, body, { leaving, csrf: this.csrf });
  }
}

/** Lists come bare, or as `results` of a page. */
function listOf<Item>(answer: unknown): Item[] {
  if (Array.isArray(answer)) return answer as Item[];
  const { results } = answer as { results?: Item[] };
  return results ?? [];
}
