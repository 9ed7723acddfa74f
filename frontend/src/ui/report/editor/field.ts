/** A typed field inside the text: an input that looks like the line it stands in. */
import { Node, type Editor } from '@tiptap/core';
import type { Node as DocumentNode } from '@tiptap/pm/model';
import { TextSelection } from '@tiptap/pm/state';
import type { EditorView, NodeView } from '@tiptap/pm/view';
import { fieldProblem, nextUnfilled, normalValue, type Field, type FieldPlace, type FieldProblem } from '../../../domain/report/fields';
import { t } from '../../../domain/text';

const fieldOf = (node: DocumentNode): Field => node.attrs as unknown as Field;

export function fieldPlaces(document: DocumentNode): FieldPlace[] {
  const places: FieldPlace[] = [];
  document.descendants((node, position) => {
    if (node.type.name === 'field') places.push({ position, filled: fieldOf(node).value.trim() !== '' && fieldProblem(fieldOf(node)) === undefined });
  });
  return places;
}

/** Where the reader is: in a field, or at the cursor. */
function presentPlace(view: EditorView): number {
  const { activeElement } = document;
  if (!activeElement?.closest('.field') || !view.dom.contains(activeElement)) return view.state.selection.from - 0.5;
  return view.posAtDOM(activeElement, 0);
}

function focusField(view: EditorView, position: number): void {
  const dom = view.nodeDOM(position);
  const control = dom instanceof HTMLElement ? dom.querySelector<HTMLElement>('input, select') : null;
  control?.focus();
  if (control instanceof HTMLInputElement) control.select();
  control?.scrollIntoView({ block: 'nearest' });
}

/** Go to the next (or previous) field that nobody has filled in; false when there is none. */
export function goToField(view: EditorView, step: 1 | -1 = 1): boolean {
  const from = presentPlace(view);
  const next = nextUnfilled(fieldPlaces(view.state.doc), from, step);
  if (next === undefined) return false;
  focusField(view, next);
  return true;
}

function limits({ minimum, maximum, unit }: Field): string {
  const range = [minimum, maximum].map((bound) => (bound === null ? '' : String(bound)));
  if (!range.some(Boolean)) return unit;
  return `${range.join(' – ')} ${unit}`.trim();
}

function problemText(problem: FieldProblem, field: Field): string {
  const texts: Readonly<Record<FieldProblem, string>> = {
    'not-a-number': t('Not a number'),
    below: t('Below {minimum}', { minimum: field.minimum ?? '' }),
    above: t('Above {maximum}', { maximum: field.maximum ?? '' }),
    'not-a-choice': t('Not one of the choices'),
    'not-a-date': t('Not a date'),
  };
  return texts[problem];
}

function option(value: string, label: string): HTMLOptionElement {
  const element = document.createElement('option');
  element.value = value;
  element.textContent = label;
  return element;
}

type Control = HTMLInputElement | HTMLSelectElement;

function makeControl(field: Field): Control {
  if (field.type === 'choice') {
    const select = document.createElement('select');
    select.append(option('', field.label), ...field.options.map((one) => option(one, one)));
    return select;
  }
  const input = document.createElement('input');
  input.type = field.type === 'date' ? 'date' : 'text';
  input.maxLength = 2000;
  input.placeholder = field.label;
  input.autocomplete = 'off';
  if (field.type === 'number') input.inputMode = 'decimal';
  return input;
}

class FieldView implements NodeView {
  readonly dom = document.createElement('span');
  private readonly control: Control;
  private readonly unit = document.createElement('span');
  private readonly sync = (): void => void this.control.toggleAttribute('disabled', !this.editor.isEditable || this.dom.closest('.is-locked') !== null);

  constructor(
    private node: DocumentNode,
    private readonly editor: Editor,
    private readonly getPosition: () => number | undefined,
  ) {
    this.dom.className = 'field';
    this.dom.contentEditable = 'false';
    this.control = makeControl(fieldOf(node));
    this.unit.className = 'field-unit';
    this.dom.append(this.control, this.unit);
    this.control.addEventListener('input', () => this.write());
    this.control.addEventListener('keydown', (event) => this.onKey(event as KeyboardEvent));
    editor.on('update', this.sync);
    this.show();
  }

  update(node: DocumentNode): boolean {
    const [before, after] = [fieldOf(this.node), fieldOf(node)];
    if (node.type !== this.node.type || before.type !== after.type || before.options.join('\n') !== after.options.join('\n')) return false;
    this.node = node;
    this.show();
    return true;
  }

  stopEvent = (event: Event): boolean => !(event instanceof DragEvent);
  ignoreMutation = (): boolean => true;

  destroy(): void {
    this.editor.off('update', this.sync);
  }

  private show(): void {
    const field = fieldOf(this.node);
    if (normalValue(field.type, this.control.value) !== field.value) this.control.value = field.value;
    // A choice that the template no longer has is shown, and marked.
    if (this.control instanceof HTMLSelectElement && this.control.value !== field.value) {
      this.control.append(option(field.value, field.value));
      this.control.value = field.value;
    }
    const problem = fieldProblem(field);
    this.dom.dataset.type = field.type;
    this.dom.dataset.filled = String(field.value.trim() !== '');
    this.dom.dataset.required = String(field.required);
    this.control.setAttribute('aria-label', field.label);
    this.control.setAttribute('aria-invalid', String(problem !== undefined));
    this.control.title = problem ? problemText(problem, field) : [field.label, limits(field)].filter(Boolean).join(': ');
    this.unit.textContent = field.unit;
    this.unit.hidden = !field.unit;
    this.fit(field);
    this.sync();
  }

  /** As wide as what stands in it. */
  private fit({ type, value, label }: Field): void {
    if (!CSS.supports('field-sizing', 'content') && (type === 'text' || type === 'number')) this.control.style.width = `${Math.min(48, Math.max(3, (value || label).length + 1))}ch`;
  }

  private write(): void {
    const position = this.getPosition();
    if (position === undefined || !this.editor.isEditable) return;
    const value = normalValue(fieldOf(this.node).type, this.control.value);
    this.editor.view.dispatch(this.editor.state.tr.setNodeAttribute(position, 'value', value));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const handlers: Readonly<Record<string, () => void>> = {
      Tab: () => this.leave(event.shiftKey ? -1 : 1),
      F2: () => this.leave(event.shiftKey ? -1 : 1),
      Enter: () => this.leave(1),
      Escape: () => this.toText(),
    };
    const handler = handlers[event.key];
    if (!handler) return;
    event.preventDefault();
    event.stopPropagation();
    handler();
  }

  /** To the next field; back into the text when all are filled. */
  private leave(step: 1 | -1): void {
    const position = this.getPosition() ?? 0;
    const others = fieldPlaces(this.editor.state.doc).filter((place) => place.position !== position);
    const next = nextUnfilled(others, position, step);
    if (next === undefined) this.toText();
    else focusField(this.editor.view, next);
  }

  private toText(): void {
    const { view, state } = this.editor;
    const position = this.getPosition();
    if (position === undefined) return;
    view.dispatch(state.tr.setSelection(TextSelection.near(state.doc.resolve(position + 1), 1)));
    view.focus();
  }
}

export const FieldNode = Node.create({
  name: 'field',
  group: 'inline',
  inline: true,
  atom: true,
  selectable: true,
  addAttributes: () => ({
    key: { default: '' },
    label: { default: '' },
    type: { default: 'text' },
    value: { default: '' },
    unit: { default: '' },
    options: { default: [] },
    required: { default: false },
    minimum: { default: null },
    maximum: { default: null },
  }),
  // Copied and pasted within an editor, a field stays a field.
  parseHTML: () => [{ tag: 'span[data-field]', getAttrs: (element) => JSON.parse(element.getAttribute('data-field') ?? '{}') as Record<string, unknown> }],
  renderHTML: ({ node }) => ['span', { 'data-field': JSON.stringify(node.attrs) }, fieldOf(node).value || `[${fieldOf(node).label}]`],
  renderText: ({ node }) => {
    const { value, unit, label } = fieldOf(node);
    return value ? `${value} ${unit}`.trim() : `[${label}]`;
  },
  addNodeView:
    () =>
    ({ node, editor, getPos }) =>
      new FieldView(node, editor, getPos),
  addKeyboardShortcuts() {
    return { F2: () => goToField(this.editor.view) || true, 'Shift-F2': () => goToField(this.editor.view, -1) || true };
  },
});
