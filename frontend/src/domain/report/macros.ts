/** Words that become texts: a dot, the word, a space. */

export interface Macro {
  readonly id: number;
  readonly trigger: string;
  readonly text: string;
  readonly modality: string;
  readonly is_mine: boolean;
}

const TYPED = /(?:^|[\s([{“"])\.([\p{L}\p{N}_-]{0,40})$/u;

/** The word that is being typed after a dot at the end of `before`; undefined when there is none. */
export function typedTrigger(before: string): string | undefined {
  return TYPED.exec(before)?.[1]?.toLowerCase();
}

/** Own macros before everybody's, those of this study's modalities before the others. */
function rank(macro: Macro, modalities: readonly string[]): number {
  const fits = modalities.includes(macro.modality) ? 0 : macro.modality ? 4 : 2;
  return fits + (macro.is_mine ? 0 : 1);
}

const ordered = (macros: readonly Macro[], modalities: readonly string[]): Macro[] => macros.toSorted((a, b) => rank(a, modalities) - rank(b, modalities) || a.trigger.localeCompare(b.trigger));

/** The macro that `word` stands for; an own one hides everybody's of the same word. */
export function macroOf(word: string, macros: readonly Macro[], modalities: readonly string[] = []): Macro | undefined {
  const same = macros.filter(({ trigger }) => trigger.toLowerCase() === word.toLowerCase());
  return ordered(same, modalities).toSorted((a, b) => Number(b.is_mine) - Number(a.is_mine))[0];
}

/** What the list shows while one types; each word once. */
export function matchingMacros(word: string, macros: readonly Macro[], modalities: readonly string[] = [], limit = 8): Macro[] {
  const seen = new Set<string>();
  const fits = ordered(macros, modalities).filter(({ trigger }) => trigger.toLowerCase().startsWith(word));
  const once = fits.map(({ trigger }) => macroOf(trigger, macros, modalities)).filter((macro) => macro !== undefined);
  return once.filter(({ trigger }) => !seen.has(trigger) && seen.add(trigger)).slice(0, limit);
}
