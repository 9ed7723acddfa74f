/** The grids in which viewports are laid out. */
export interface Layout {
  readonly rows: number;
  readonly columns: number;
}

export const LAYOUTS: readonly Layout[] = [
  { rows: 1, columns: 1 },
  { rows: 1, columns: 2 },
  { rows: 2, columns: 1 },
  { rows: 2, columns: 2 },
  { rows: 1, columns: 3 },
  { rows: 2, columns: 3 },
  { rows: 3, columns: 3 },
  { rows: 4, columns: 4 },
];

export const layoutName = ({ rows, columns }: Layout): string => `${rows}×${columns}`;
export const viewportCount = ({ rows, columns }: Layout): number => rows * columns;

/** The next layout of the list, from the last back to the first. */
export function nextLayout(layout: Layout): Layout {
  const index = LAYOUTS.findIndex(({ rows, columns }) => rows === layout.rows && columns === layout.columns);
  return LAYOUTS[(index + 1) % LAYOUTS.length] ?? layout;
}
