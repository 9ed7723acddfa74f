/** What lies in the viewports when the page opens: the first pictures of each study. */
import { firstSet } from '../domain/hangingOrder';
import { LAYOUTS, viewportCount, type Layout } from '../domain/layout';
import type { Workspace } from '../tools/workspace';
import type { StudyEntry } from '../api/library';

function openingLayout(studies: number, narrow: boolean): Layout {
  if (studies === 2 && narrow) return { rows: 2, columns: 1 };
  return LAYOUTS.find((layout) => viewportCount(layout) >= studies) ?? { rows: 2, columns: 2 };
}

/** Fills viewport after viewport as the studies arrive, each once; afterwards the reader decides. */
export class Opening {
  private readonly opened = new Set<string>();
  private arranged = false;

  constructor(private readonly workspace: Workspace) {}

  update(studies: readonly StudyEntry[], narrow: boolean): void {
    if (!this.arranged) {
      this.arranged = true;
      this.workspace.setLayout(openingLayout(studies.length, narrow));
    }
    studies.slice(0, viewportCount(this.workspace.getState().layout)).forEach((study, index) => this.open(study, index));
  }

  private open(study: StudyEntry, index: number): void {
    const set = this.opened.has(study.studyInstanceUID) ? undefined : firstSet(study.series);
    if (!set) return;
    this.opened.add(study.studyInstanceUID);
    if (this.workspace.getState().sets[index]) return;
    const { active } = this.workspace.getState();
    this.workspace.place(set, index);
    this.workspace.activate(active);
  }
}
