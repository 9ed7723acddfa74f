/** A report as the server keeps it (contract/report-content.schema.json), and as one editor holds it. */

export type Attributes = Readonly<Record<string, unknown>>;

export interface RichNode {
  readonly type: string;
  readonly attrs?: Attributes;
  readonly content?: readonly RichNode[];
  readonly text?: string;
  readonly marks?: readonly { readonly type: string }[];
}

export interface Section {
  readonly key: string;
  readonly title: string;
  readonly code?: string;
  readonly kind?: string;
  readonly required?: boolean;
  readonly body: RichNode;
}

export interface ReportContent {
  readonly schema: 1;
  readonly template?: string;
  readonly title?: string;
  readonly sections: readonly Section[];
}

const EMPTY_PARAGRAPH: RichNode = { type: 'paragraph' };

/** The editor holds all sections in one document, so that undo and the keys go through all of them. */
export function toDocument(content: ReportContent): RichNode {
  const sections = content.sections.map(({ body, key, title, code = '', kind = 'narrative', required = false }) => ({
    type: 'section',
    attrs: { key, title, code, kind, required },
    content: body.content?.length ? body.content : [EMPTY_PARAGRAPH],
  }));
  return { type: 'doc', content: sections };
}

/** What the server knows of a node's attributes; what the editor adds for itself stays here. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  heading: ['level'],
  orderedList: ['start'],
  tableHeader: ['colspan', 'rowspan'],
  tableCell: ['colspan', 'rowspan'],
  field: ['key', 'label', 'type', 'value', 'unit', 'options', 'required', 'minimum', 'maximum'],
  measurement: ['annotation', 'text', 'study_instance_uid', 'series_instance_uid', 'sop_instance_uid', 'frame', 'revision', 'stale'],
};

function narrowedText({ text = '', marks = [] }: RichNode): RichNode {
  return marks.length ? { type: 'text', text, marks: marks.map(({ type }) => ({ type })) } : { type: 'text', text };
}

function narrowedAttributes({ type, attrs = {} }: RichNode): Attributes | undefined {
  const known = KEPT[type];
  return known && Object.fromEntries(Object.entries(attrs).filter(([name, value]) => known.includes(name) && value !== null && value !== undefined));
}

function narrowed(node: RichNode): RichNode {
  if (node.type === 'text') return narrowedText(node);
  const attrs = narrowedAttributes(node);
  const children = node.content?.map(narrowed);
  return { type: node.type, ...(attrs ? { attrs } : {}), ...(children?.length ? { content: children } : {}) };
}

/** The report again, with the head of the content that the document was made from. */
export function fromDocument(document: RichNode, head: Pick<ReportContent, 'template' | 'title'>): ReportContent {
  const sections = (document.content ?? []).map(({ attrs = {}, content = [] }) => ({
    key: textOf(attrs.key),
    title: textOf(attrs.title),
    code: textOf(attrs.code),
    kind: textOf(attrs.kind) || 'narrative',
    required: attrs.required === true,
    body: { type: 'doc', content: content.map(narrowed) },
  }));
  return { schema: 1, template: head.template ?? '', title: head.title ?? '', sections };
}

/** One text for equal values, whatever the order of their keys: a database may change it. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).filter(([, inner]) => inner !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export function sameContent(a: ReportContent, b: ReportContent): boolean {
  const normal = (content: ReportContent): string => canonical(fromDocument(toDocument(content), content));
  return a === b || normal(a) === normal(b);
}

/** Every node below `node` in reading order. */
export function* nodesBelow(node: RichNode): Generator<RichNode> {
  for (const child of node.content ?? []) {
    yield child;
    yield* nodesBelow(child);
  }
}

function inlineText(nodes: readonly RichNode[]): string {
  return nodes.map(inlineOf).join('');
}

function inlineOf({ type, text = '', attrs = {} }: RichNode): string {
  if (type === 'text') return text;
  if (type === 'hardBreak') return '\n';
  if (type === 'measurement') return textOf(attrs.text);
  const value = textOf(attrs.value);
  return value ? `${value} ${textOf(attrs.unit)}`.trim() : `[${textOf(attrs.label)}]`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function itemLines(item: RichNode, indent: string, mark: string): string[] {
  const lines = (item.content ?? []).flatMap((child) => linesOf(child, `${indent}  `));
  const [first, ...rest] = lines;
  if (first === undefined) return [indent + mark.trimEnd()];
  return [indent + mark + (first.startsWith(`${indent}  `) ? first.slice(indent.length + 2) : first), ...rest];
}

function linesOf(node: RichNode, indent: string): string[] {
  const children = node.content ?? [];
  if (node.type === 'paragraph' || node.type === 'heading') return (indent + inlineText(children)).split('\n');
  if (node.type === 'tableRow') return [children.map((cell) => linesOf(cell, '').join(' ')).join('\t')];
  if (node.type === 'bulletList') return children.flatMap((child) => itemLines(child, indent, '- '));
  if (node.type === 'orderedList') {
    const start = typeof node.attrs?.start === 'number' ? node.attrs.start : 1;
    return children.flatMap((child, place) => itemLines(child, indent, `${start + place}. `));
  }
  return children.flatMap((child) => linesOf(child, indent));
}

/** As reports.content.plain_text says it: a line for each paragraph and item, tabs between cells. */
export function plainText(body: RichNode): string {
  return (body.content ?? []).flatMap((child) => linesOf(child, '')).join('\n').trim();
}

/** A whole report as text, a heading before each section that says something. */
export function reportText({ sections }: ReportContent): string {
  return sections
    .map(({ title, body }) => [title.toUpperCase(), plainText(body)] as const)
    .filter(([, text]) => text)
    .map(([title, text]) => `${title}\n${text}`)
    .join('\n\n');
}

/** Plain text as blocks: a paragraph for each line. */
export function blocksOf(text: string): RichNode[] {
  return text.split(/\r?\n/).map((line) => (line.trim() ? { type: 'paragraph', content: [{ type: 'text', text: line }] } : EMPTY_PARAGRAPH));
}

/** Whether anything stands in a body that somebody has typed or filled in. */
export function hasText(body: RichNode): boolean {
  for (const { type, text = '', attrs = {} } of nodesBelow(body)) {
    if (type === 'text' && text.trim()) return true;
    if (type === 'measurement' || (type === 'field' && attrs.value)) return true;
  }
  return false;
}
