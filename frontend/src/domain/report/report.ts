/** What the server says of a report (GET /api/reports/{uid}/), and what follows from it. */
import type { Person } from './autosave';
import type { ReportContent } from './content';

export interface ReportStudy {
  readonly study_instance_uid: string;
  readonly facility: { readonly id: number; readonly name: string };
  readonly patient_name: string;
  readonly patient_name_local?: string;
  readonly patient_id: string;
  readonly birth_date: string | null;
  readonly sex: string;
  readonly age: string | number | null;
  readonly study_date: string | null;
  readonly study_time: string | null;
  readonly description: string;
  readonly modalities: readonly string[];
  readonly body_parts: readonly string[];
  readonly accession_number: string;
  readonly referring_physician: string;
  readonly received_at: string | null;
  readonly instance_count: number;
}

export interface Reading {
  readonly status: string;
  readonly priority: number;
  readonly priority_label: string;
  readonly priority_reason: string;
  readonly clinical_history: string;
  readonly indication: string;
  readonly assigned_to: Person | null;
  readonly due_at: string | null;
}

export interface VersionHead {
  readonly number: number;
  readonly kind: string;
  readonly status: string;
  readonly signed_name: string;
  readonly signed_at: string;
  readonly reason: string;
  readonly discrepancy: string;
}

export interface SideDraft {
  readonly id: number;
  readonly saved_by: Person | null;
  readonly saved_at: string;
  readonly reason: string;
}

export interface ReportState {
  readonly status: string;
  readonly draft_kind: string;
  readonly draft: ReportContent | null;
  readonly draft_version: number;
  readonly draft_saved_at: string | null;
  readonly draft_author: Person | null;
  readonly possible_actions: readonly string[];
  readonly versions: readonly VersionHead[];
  readonly side_drafts: readonly SideDraft[];
}

export interface Lease {
  readonly reader: Person | null;
  readonly holder: string;
  readonly expires_at: string | null;
  readonly is_mine: boolean;
}

export interface ReportAnswer {
  readonly study: ReportStudy;
  readonly reading: Reading;
  readonly report: ReportState;
  readonly lease: Lease;
  readonly suggested_template: string;
  readonly rights: { readonly write: boolean; readonly sign: boolean; readonly print: boolean; readonly critical: boolean };
}

export interface Prior {
  readonly study_instance_uid: string;
  readonly study_date: string | null;
  readonly description: string;
  readonly modalities: readonly string[];
  readonly status: string;
  readonly impression: string;
  readonly text: string;
  readonly signed_name: string;
  readonly signed_at: string | null;
  readonly is_same_kind: boolean;
}

export interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly section: string;
  readonly message: string;
}

export interface TemplateHead {
  readonly key: string;
  readonly name: string;
  readonly modality: string;
  readonly body_part: string;
  readonly is_suggested: boolean;
}

/** Earlier reports of the same kind first, the newest first in each. */
export function sortPriors(priors: readonly Prior[]): Prior[] {
  return priors.toSorted((a, b) => Number(b.is_same_kind) - Number(a.is_same_kind) || (b.study_date ?? '').localeCompare(a.study_date ?? ''));
}

/** Suggested ones first, then those of the study's modalities, then by name. */
export function sortTemplates(templates: readonly TemplateHead[], modalities: readonly string[]): TemplateHead[] {
  const rank = ({ is_suggested, modality }: TemplateHead): number => (is_suggested ? 0 : modalities.includes(modality) ? 1 : 2);
  return templates.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

export const isBlocking = ({ severity }: Finding): boolean => severity === 'blocking';

/** Whether a report may be signed: nothing blocks, and every doubt was overruled. */
export function maySign(findings: readonly Finding[], overruled: ReadonlySet<string>): boolean {
  return findings.every((finding) => !isBlocking(finding) && overruled.has(finding.code));
}

/** A final report after a preliminary one says how far the two differ. */
export function asksDiscrepancy(report: Pick<ReportState, 'status' | 'versions' | 'draft_kind'>, kind: 'preliminary' | 'final'): boolean {
  return kind === 'final' && report.draft_kind === 'report' && report.versions.at(-1)?.kind === 'preliminary';
}

/** A reader's own unread study is begun when it is opened; somebody else's waits for a word. */
export function startsByItself({ report, reading, rights }: ReportAnswer, me: number): boolean {
  return rights.sign && report.status === 'unread' && !report.draft_kind && (reading.assigned_to === null || reading.assigned_to.id === me);
}

/** 'HH:MM:SS' of the reader's own clock. */
export function clockTime(iso: string | null | undefined): string {
  const date = iso ? new Date(iso) : undefined;
  if (!date || Number.isNaN(date.getTime())) return '';
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** 'YYYY-MM-DD HH:MM' of the reader's own clock. */
export function momentText(iso: string | null | undefined): string {
  const date = iso ? new Date(iso) : undefined;
  if (!date || Number.isNaN(date.getTime())) return '';
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
  return `${day} ${clockTime(iso).slice(0, 5)}`;
}
