/** What the page knows of its studies: summaries first, then the instances of series after series. */
import type { DicomWeb } from './dicomweb';
import { displaySetsOf, type DisplaySet, type SeriesSummary, type StudySummary } from '../domain/displaySet';
import { toViewerError, type ViewerError } from '../domain/failure';

export type LoadStatus = 'loading' | 'ready' | 'failed';

export interface SeriesEntry {
  readonly summary: SeriesSummary;
  readonly status: LoadStatus;
  readonly sets: readonly DisplaySet[];
  readonly failure: ViewerError | undefined;
}

export interface StudyEntry {
  readonly studyInstanceUID: string;
  readonly status: LoadStatus;
  readonly summary: StudySummary | undefined;
  readonly series: readonly SeriesEntry[];
  readonly failure: ViewerError | undefined;
}

const PARALLEL = 2;

const newSeries = (summary: SeriesSummary): SeriesEntry => ({ summary, status: 'loading', sets: [], failure: undefined });

export class Library {
  private studies: readonly StudyEntry[];
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly dicomWeb: DicomWeb,
    studyInstanceUIDs: readonly string[],
  ) {
    this.studies = studyInstanceUIDs.map((studyInstanceUID) => ({ studyInstanceUID, status: 'loading', summary: undefined, series: [], failure: undefined }));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): readonly StudyEntry[] => this.studies;

  /** Load what is not there yet; called again, it tries again what failed. */
  async load(): Promise<void> {
    await Promise.all(this.studies.filter(({ status }) => status !== 'ready').map((study) => this.loadStudy(study.studyInstanceUID)));
    await this.loadInstances();
  }

  findSet(id: string): DisplaySet | undefined {
    return this.studies.flatMap(({ series }) => series.flatMap(({ sets }) => sets)).find((set) => set.id === id);
  }

  private async loadStudy(studyInstanceUID: string): Promise<void> {
    this.updateStudy(studyInstanceUID, { status: 'loading', failure: undefined });
    try {
      const [summary, series] = await Promise.all([this.dicomWeb.study(studyInstanceUID), this.dicomWeb.series(studyInstanceUID)]);
      this.updateStudy(studyInstanceUID, { status: 'ready', summary, series: series.map(newSeries) });
    } catch (error) {
      this.updateStudy(studyInstanceUID, { status: 'failed', failure: toViewerError(error) });
    }
  }

  /** The series of all studies in turn, so that every study has something to show soon. */
  private async loadInstances(): Promise<void> {
    const lists = this.studies.map(({ series }) => series.filter(({ status }) => status !== 'ready').map(({ summary }) => summary));
    const waiting: SeriesSummary[] = [];
    for (let place = 0; lists.some((list) => place < list.length); place += 1) waiting.push(...lists.flatMap((list) => list[place] ?? []));
    const work = async (): Promise<void> => {
      for (let summary = waiting.shift(); summary; summary = waiting.shift()) await this.loadSeries(summary);
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
  }

  private async loadSeries(summary: SeriesSummary): Promise<void> {
    this.updateSeries(summary, { status: 'loading', failure: undefined });
    try {
      const instances = await this.dicomWeb.instances(summary);
      this.updateSeries(summary, { status: 'ready', sets: displaySetsOf(summary, instances) });
    } catch (error) {
      this.updateSeries(summary, { status: 'failed', failure: toViewerError(error) });
    }
  }

  private updateStudy(studyInstanceUID: string, change: Partial<StudyEntry>): void {
    this.studies = this.studies.map((study) => (study.studyInstanceUID === studyInstanceUID ? { ...study, ...change } : study));
    for (const listener of this.listeners) listener();
  }

  private updateSeries(summary: SeriesSummary, change: Partial<SeriesEntry>): void {
    const study = this.studies.find(({ studyInstanceUID }) => studyInstanceUID === summary.studyInstanceUID);
    const series = study?.series.map((entry) => (entry.summary === summary ? { ...entry, ...change } : entry));
    if (series) this.updateStudy(summary.studyInstanceUID, { series });
  }
}
