/** Line icons of 24 units, drawn with the colour of the text. */
import type { ReactElement } from 'react';

const PATHS = {
  back: ['M15 5l-7 7 7 7'],
  scroll: ['M6 4h12v16H6z', 'M9 8h6M9 12h6M9 16h6'],
  window: ['M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16z', 'M12 4v16', 'M14 7.5h3.6M14 12h6M14 16.5h3.6'],
  zoom: ['M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13z', 'M15.5 15.5L20 20', 'M8 10.5h5M10.5 8v5'],
  pan: ['M12 3v18M3 12h18', 'M9.5 5.5L12 3l2.5 2.5M9.5 18.5L12 21l2.5-2.5M5.5 9.5L3 12l2.5 2.5M18.5 9.5L21 12l-2.5 2.5'],
  invert: ['M4 4h16v16H4z', 'M4 20L20 4', 'M14 15h4M8 7v4M6 9h4'],
  'flip-horizontal': ['M12 3v18', 'M9 7L4 17h5zM15 7l5 10h-5z'],
  'flip-vertical': ['M3 12h18', 'M7 9L17 4v5zM7 15l10 5v-5z'],
  rotate: ['M19 12a7 7 0 1 1-2.5-5.4', 'M17 3v4h-4'],
  fit: ['M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5', 'M9 9h6v6H9z'],
  reset: ['M5 12a7 7 0 1 0 2.5-5.4', 'M7 3v4h4', 'M12 9v3.5l2.5 1.5'],
  play: ['M8 5l11 7-11 7z'],
  stop: ['M7 7h10v10H7z'],
  layout: ['M4 4h16v16H4z', 'M12 4v16M4 12h16'],
  text: ['M4 7h10M4 12h16M4 17h7'],
  help: ['M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17z', 'M9.6 9.4a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.2.9-1.2 1.9', 'M12 16.7v.1'],
  presets: ['M4 7h9M17 7h3M4 17h3M11 17h9', 'M13 7a2 2 0 1 0 4 0a2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0a2 2 0 1 0-4 0'],
  warning: ['M12 4l9 16H3z', 'M12 10v4.5M12 17.3v.1'],
  document: ['M6 3h8l4 4v14H6z', 'M14 3v4h4', 'M9 12h6M9 16h6'],
  video: ['M4 6h11v12H4z', 'M15 10.5l5-3v9l-5-3'],
  broken: ['M4 4h16v6l-3 2-3-2-3 3-3-2-4 3z', 'M4 18v2h16v-6'],
  open: ['M13 4h7v7M20 4l-9 9', 'M18 14v6H4V6h6'],
  close: ['M6 6l12 12M18 6L6 18'],
  plug: ['M5 19l3-3M16 8l3-3', 'M13 5l6 6-2.5 2.5a4 4 0 0 1-6-6zM8 10l-2.5 2.5', 'M11 13l-3 3M5 13l6 6'],
  more: ['M6 12a.6.6 0 1 0 .01 0M12 12a.6.6 0 1 0 .01 0M18 12a.6.6 0 1 0 .01 0'],
  report: ['M6 3h12v18H6z', 'M9 8h6M9 12h6M9 16h3'],
  bullets: ['M9 6h11M9 12h11M9 18h11', 'M4.5 6v.01M4.5 12v.01M4.5 18v.01'],
  numbers: ['M10 6h10M10 12h10M10 18h10', 'M4 5l1.2-.8V8M3.8 11.2c.8-.9 2.4-.4 2 .7L3.8 14h2.4M4 16.4h2l-1.2 1.4a1 1 0 1 1-1 1.4'],
  table: ['M4 5h16v14H4z', 'M4 10h16M4 14.5h16M10 5v14'],
  undo: ['M5 10h9a5 5 0 0 1 0 10h-3', 'M9 6l-4 4 4 4'],
  redo: ['M19 10h-9a5 5 0 0 0 0 10h3', 'M15 6l4 4-4 4'],
  next: ['M4 8h10v8H4z', 'M17 12h4M19 9.5l2.5 2.5-2.5 2.5'],
  template: ['M4 4h16v4H4z', 'M4 11h10v9H4z', 'M17 11h3v9h-3z'],
  check: ['M5 12.5l4.5 4.5L19 7'],
  length: ['M5 19L19 5', 'M3.5 17.5l3 3M17.5 3.5l3 3'],
  bidirectional: ['M4 20L20 4', 'M9 9l6 6', 'M7.5 10.5l3-3M13.5 16.5l3-3'],
  angle: ['M19 19H5L16 5', 'M11 19a6 6 0 0 0-2.3-4.7'],
  cobb: ['M4 8l16-3M4 19l16 1', 'M12 6.5v12'],
  ellipse: ['M12 6c5 0 9 2.7 9 6s-4 6-9 6-9-2.7-9-6 4-6 9-6z'],
  rectangle: ['M4 7h16v10H4z'],
  freehand: ['M6 16c-3-3-2-9 3-10s5 3 8 3 4 5 1 8-9 2-12-1z'],
  probe: ['M12 3v6M12 15v6M3 12h6M15 12h6', 'M12 11.4v1.2'],
  circle: ['M12 4a8 8 0 1 0 .01 0', 'M12 12l5.6-5.6'],
  arrow: ['M20 20L5 5', 'M5 12V5h7'],
  words: ['M6 6h12M12 6v12M9.5 18h5'],
  eraser: ['M8 19l-4-4L14 5l5 5-9 9z', 'M9 10l5 5', 'M8 19h12'],
  magnify: ['M10.5 4a6.5 6.5 0 1 0 .01 0', 'M15.5 15.5L20 20', 'M10.5 7.6a.5.5 0 1 0 .01 0'],
  'more-down': ['M7 10l5 5 5-5'],
  overlay: ['M4 7h10v10H4z', 'M10 11a5 5 0 1 0 .01 0z'],
  eye: ['M3 12c3-5 6-6.5 9-6.5s6 1.5 9 6.5c-3 5-6 6.5-9 6.5s-6-1.5-9-6.5z', 'M12 9.5a2.5 2.5 0 1 0 .01 0'],
  planes: ['M4 8l8-4 8 4-8 4z', 'M4 12l8 4 8-4', 'M4 16l8 4 8-4'],
  download: ['M12 4v11', 'M7.5 10.5L12 15l4.5-4.5', 'M5 19.5h14'],
  lock: ['M6 11h12v9H6z', 'M8.5 11V8a3.5 3.5 0 0 1 7 0v3'],
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }): ReactElement {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      {PATHS[name].map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}
