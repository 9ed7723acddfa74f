/** What becomes of a report when another template is laid over it: nothing that was typed is lost. */
import { canonical, hasText, type ReportContent, type Section } from './content';

const bodyOf = (section: Section | undefined): string => canonical(section?.body ?? {});

/** The sections with text that differs from the template they came from (`base`). */
export function typedSections(current: ReportContent, base: ReportContent | undefined): Section[] {
  const before = new Map(base?.sections.map((section) => [section.key, section]));
  return current.sections.filter((section) => hasText(section.body) && bodyOf(section) !== bodyOf(before.get(section.key)));
}

/**
 * `template` with what was typed into `current`: typed sections keep their text under the heading of
 * the same key; those without one come after the template's own.
 */
export function withTemplate(current: ReportContent, template: ReportContent, base?: ReportContent): ReportContent {
  const typed = new Map(typedSections(current, base).map((section) => [section.key, section]));
  const sections = template.sections.map((section) => ({ ...section, body: typed.get(section.key)?.body ?? section.body }));
  const known = new Set(template.sections.map(({ key }) => key));
  return { ...template, sections: [...sections, ...[...typed.values()].filter(({ key }) => !known.has(key))] };
}
