/** The one editor of a report: made anew for each text that is loaded, and what the page does with it. */
import { Editor, type JSONContent } from '@tiptap/core';
import { Fragment } from '@tiptap/pm/model';
import { blocksOf, toDocument, type ReportContent, type RichNode } from '../../domain/report/content';
import type { Macro } from '../../domain/report/macros';
import type { ImagePlace, Measurement } from '../../domain/report/messages';
import { reportExtensions } from './editor/extensions';
import { fieldPlaces, goToField } from './editor/field';
import { insertMeasurement, noteNews, type News } from './editor/measurement';
import { goToSection, sectionIndex, sectionsOf, SECTIONS_META, type SectionPlace } from './editor/section';
import type { ReportSession } from './session';

export interface HostOptions {
  readonly showImage: (place: ImagePlace) => void;
  readonly askMeasurement: (annotation: string) => void;
}

export class EditorHost {
  editor: Editor | undefined;
  macros: readonly Macro[] = [];
  private tick = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly session: ReportSession,
    private readonly options: HostOptions,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getTick = (): number => this.tick;

  get modalities(): readonly string[] {
    return this.session.getState().answer?.study.modalities ?? [];
  }

  setMacros(macros: readonly Macro[]): void {
    this.macros = macros;
    this.notify();
  }

  /** Draw the session's text into `element`; the returned function takes it away again. */
  readonly mount = (element: HTMLElement | null): (() => void) | undefined => {
    const { content } = this.session.getState();
    if (!element || !content) return undefined;
    const editor = this.create(element, this.session.content() ?? content);
    const documentOf = () => {
      const { doc } = editor.state;
      return (): RichNode => doc.toJSON() as RichNode;
    };
    this.editor = editor;
    this.session.holds(documentOf());
    editor.on('transaction', ({ transaction }) => {
      if (transaction.docChanged) this.session.edited(documentOf());
      this.notify();
    });
    const stop = this.session.subscribe(() => this.followSession());
    this.notify();
    setTimeout(() => this.beginIfIdle());
    return () => {
      stop();
      editor.destroy();
      if (this.editor === editor) this.editor = undefined;
      this.notify();
    };
  };

  private create(element: HTMLElement, content: ReportContent): Editor {
    const locked = this.session.getState().draftKind === 'addendum' ? new Set(content.sections.slice(0, -1).map(({ key }) => key)) : new Set<string>();
    const { showImage: show, askMeasurement: ask } = this.options;
    return new Editor({
      element,
      injectCSS: false, // the content security policy allows no style elements
      editable: this.session.mayWrite,
      content: toDocument(content) as JSONContent,
      extensions: reportExtensions({
        macros: { macros: () => this.macros, modalities: () => this.modalities },
        measurement: { show, ask },
        sections: { isLocked: (key) => locked.has(key) },
      }),
      editorProps: { attributes: { class: 'report-document', role: 'textbox', 'aria-multiline': 'true', 'aria-label': 'Report', spellcheck: 'true' } },
    });
  }

  private followSession(): void {
    const { editor } = this;
    if (editor && editor.isEditable !== this.session.mayWrite) editor.setEditable(this.session.mayWrite);
  }

  // --- Reading ------------------------------------------------------------------------------

  get sections(): SectionPlace[] {
    return this.editor ? sectionsOf(this.editor.state.doc) : [];
  }

  get section(): number {
    return this.editor ? sectionIndex(this.editor.state) : 0;
  }

  get openFields(): number {
    return this.editor ? fieldPlaces(this.editor.state.doc).filter(({ filled }) => !filled).length : 0;
  }

  // --- Doing --------------------------------------------------------------------------------

  goToSection(index: number): void {
    if (this.editor) goToSection(this.editor.view, index);
  }

  goToKey(key: string): void {
    this.goToSection(Math.max(0, this.sections.findIndex((section) => section.key === key)));
  }

  goToField(step: 1 | -1 = 1): void {
    if (this.editor) goToField(this.editor.view, step);
  }

  focus(): void {
    this.editor?.commands.focus();
  }

  /** Nothing else has the focus: then the keys belong to the text. */
  beginIfIdle(): void {
    if (document.activeElement === document.body || document.activeElement === null) this.begin();
  }

  /** First into a field that waits for a value, else to the end of the findings. */
  begin(): void {
    const { editor } = this;
    if (!editor?.isEditable) return;
    const last = this.sections.length - 1;
    const findings = this.sections.findIndex(({ key }) => key === 'findings');
    if (this.session.getState().draftKind === 'addendum') goToSection(editor.view, last);
    else if (!goToField(editor.view)) goToSection(editor.view, findings < 0 ? 0 : findings);
  }

  /** Put plain text at the cursor, a paragraph for each line. */
  insertText(text: string): void {
    this.editor?.chain().focus().insertContent(blocksOf(text)).run();
  }

  insertMeasurement(measurement: Measurement): boolean {
    return this.editor ? insertMeasurement(this.editor, measurement) : false;
  }

  noteNews(annotation: string, news: News): void {
    if (this.editor) noteNews(this.editor, annotation, news);
  }

  /** Another text in place of all sections; it can be undone. */
  replace(content: ReportContent): void {
    if (!this.editor) return;
    const { schema, tr, doc } = this.editor.state;
    const next = schema.nodeFromJSON(toDocument(content));
    this.editor.view.dispatch(tr.replaceWith(0, doc.content.size, Fragment.from(next.content)).setMeta(SECTIONS_META, true));
  }

  private notify(): void {
    this.tick += 1;
    for (const listener of this.listeners) listener();
  }
}
