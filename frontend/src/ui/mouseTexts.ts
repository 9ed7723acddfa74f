/** What the mouse does, in words. */
import type { MouseProfile } from '../domain/preferences';

export const PROFILE_NAMES: Readonly<Record<MouseProfile, string>> = { noctis: 'NOCTIS', 'left-window': 'Left window', classic: 'Classic workstation' };

type Line = readonly [button: string, action: string];

/** What differs from profile to profile. */
export const MOUSE_TEXTS: Readonly<Record<MouseProfile, readonly Line[]>> = {
  noctis: [
    ['Left button', 'The tool in hand; scroll at first'],
    ['Right button', 'Window'],
    ['Middle button', 'Pan'],
  ],
  'left-window': [
    ['Left button', 'The tool in hand; window at first'],
    ['Right button', 'Zoom'],
    ['Middle button', 'Pan'],
  ],
  classic: [
    ['Left button', 'The tool in hand; scroll at first'],
    ['Right button', 'Zoom'],
    ['Middle button', 'Window'],
    ['Left and right', 'Pan'],
  ],
};

/** The same in all of them. */
export const POINTER_TEXTS: readonly Line[] = [
  ['Wheel', 'Scroll'],
  ['Ctrl + wheel', 'Zoom'],
  ['Ctrl + left button', 'Pan'],
  ['One finger', 'The tool in hand'],
  ['Two fingers', 'Zoom and pan'],
  ['A finger that stays', 'Pixel value'],
];
