/** A measurement in the text: a chip that leads to its image and says when it is no longer true. */
import { Node, type Editor } from '@tiptap/core';
import type { Node as DocumentNode } from '@tiptap/pm/model';
import type { NodeView } from '@tiptap/pm/view';
import type { ImagePlace, Measurement } from '../../../domain/report/messages';
import { t } from '../../../domain/text';

interface MeasurementAttributes extends Measurement {
  readonly stale: boolean;
}

export interface MeasurementOptions {
  readonly show: (place: ImagePlace) => void;
  /** Ask the viewer what the annotation says now. */
  readonly ask: (annotation: string) => void;
}

/** What the viewer said since: the new measurement, or 'deleted'. */
export type News = Measurement | 'deleted';

const attributesOf = (node: DocumentNode): MeasurementAttributes => node.attrs as unknown as MeasurementAttributes;

function button(label: string, className: string, onClick: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = className;
  element.textContent = label;
  element.addEventListener('click', onClick);
  return element;
}

class MeasurementView implements NodeView {
  readonly dom = document.createElement('span');
  private readonly chip: HTMLButtonElement;
  private readonly choices = document.createElement('span');

  constructor(
    private node: DocumentNode,
    private readonly editor: Editor,
    private readonly getPosition: () => number | undefined,
    options: MeasurementOptions,
  ) {
    this.dom.className = 'measurement';
    this.dom.contentEditable = 'false';
    this.chip = button('', 'measurement-chip', () => options.show(attributesOf(this.node)));
    this.choices.className = 'measurement-choices';
    this.choices.append(
      button(t('Update'), 'measurement-choice', () => this.update_()),
      button(t('Keep'), 'measurement-choice', () => this.keep()),
    );
    this.dom.append(this.chip, this.choices);
    this.show();
  }

  update(node: DocumentNode): boolean {
    if (node.type !== this.node.type) return false;
    this.node = node;
    this.show();
    return true;
  }

  stopEvent = (event: Event): boolean => !(event instanceof DragEvent);
  ignoreMutation = (): boolean => true;

  private show(): void {
    const { text, stale } = attributesOf(this.node);
    this.chip.textContent = stale ? `⚠ ${text}` : text;
    this.chip.title = stale ? t('The measurement has changed since') : t('Show the image');
    this.dom.dataset.stale = String(stale);
    this.choices.hidden = !stale;
  }

  private news(): News | undefined {
    return newsOf(this.editor).get(attributesOf(this.node).annotation);
  }

  private keep(): void {
    const news = this.news();
    const { revision } = attributesOf(this.node);
    this.write({ stale: false, revision: news && news !== 'deleted' ? news.revision : revision });
  }

  private update_(): void {
    const [news, position] = [this.news(), this.getPosition()];
    if (!this.editor.isEditable || position === undefined) return;
    if (news === 'deleted') this.editor.view.dispatch(this.editor.state.tr.delete(position, position + this.node.nodeSize));
    else if (news) this.write({ ...news, stale: false });
    else optionsOf(this.editor).ask(attributesOf(this.node).annotation);
  }

  private write(change: Partial<MeasurementAttributes>): void {
    const position = this.getPosition();
    if (position === undefined || !this.editor.isEditable) return;
    this.editor.view.dispatch(this.editor.state.tr.setNodeMarkup(position, undefined, { ...this.node.attrs, ...change }));
  }
}

interface MeasurementStorage {
  readonly news: Map<string, News>;
  options: MeasurementOptions;
}

const storageOf = (editor: Editor): MeasurementStorage => (editor.storage as unknown as { measurement: MeasurementStorage }).measurement;
const newsOf = (editor: Editor): Map<string, News> => storageOf(editor).news;
const optionsOf = (editor: Editor): MeasurementOptions => storageOf(editor).options;

/** Put a measurement into the text, at the cursor. */
export function insertMeasurement(editor: Editor, measurement: Measurement): boolean {
  if (!editor.isEditable) return false;
  const { annotation, text, study_instance_uid, series_instance_uid, sop_instance_uid, frame, revision } = measurement;
  const attrs = { annotation, text, study_instance_uid, series_instance_uid, sop_instance_uid, frame, revision, stale: false };
  return editor.commands.insertContent([{ type: 'measurement', attrs }, { type: 'text', text: ' ' }]);
}

/** The annotation was changed or deleted: mark what the report says of it, and remember the news. */
export function noteNews(editor: Editor, annotation: string, news: News): void {
  newsOf(editor).set(annotation, news);
  const { tr, doc } = editor.state;
  doc.descendants((node, position) => {
    if (node.type.name !== 'measurement' || attributesOf(node).annotation !== annotation) return;
    const { stale, revision } = attributesOf(node);
    const isNews = news === 'deleted' || news.revision > revision;
    if (isNews && !stale) tr.setNodeAttribute(position, 'stale', true);
  });
  if (tr.docChanged) editor.view.dispatch(tr);
}

export const MeasurementNode = Node.create<MeasurementOptions, MeasurementStorage>({
  name: 'measurement',
  group: 'inline',
  inline: true,
  atom: true,
  selectable: true,
  addOptions: () => ({ show: () => undefined, ask: () => undefined }),
  addStorage() {
    return { news: new Map<string, News>(), options: this.options };
  },
  addAttributes: () => ({
    annotation: { default: '' },
    text: { default: '' },
    study_instance_uid: { default: '' },
    series_instance_uid: { default: '' },
    sop_instance_uid: { default: '' },
    frame: { default: 0 },
    revision: { default: 0 },
    stale: { default: false },
  }),
  parseHTML: () => [{ tag: 'span[data-measurement]', getAttrs: (element) => JSON.parse(element.getAttribute('data-measurement') ?? '{}') as Record<string, unknown> }],
  renderHTML: ({ node }) => ['span', { 'data-measurement': JSON.stringify(node.attrs) }, attributesOf(node).text],
  renderText: ({ node }) => attributesOf(node).text,
  addNodeView() {
    return ({ node, editor, getPos }) => new MeasurementView(node, editor, getPos, this.options);
  },
});
