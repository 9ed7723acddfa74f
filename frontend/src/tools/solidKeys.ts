/** Keys over a volume in 3D: what the same keys do to a stack has no meaning there. */
import type { SolidView } from '../cornerstone/solidView';
import { VIEWS } from '../domain/rendering';

const STEP_DEGREES = 15;
const SHIFT_STEP = 0.05;
const ZOOM_STEP = 1.25;

const KEYS: Readonly<Record<string, (solid: SolidView) => void>> = {
  ArrowLeft: (solid) => solid.orbit(-STEP_DEGREES, 0),
  ArrowRight: (solid) => solid.orbit(STEP_DEGREES, 0),
  ArrowUp: (solid) => solid.orbit(0, STEP_DEGREES),
  ArrowDown: (solid) => solid.orbit(0, -STEP_DEGREES),
  '+': (solid) => solid.zoomBy(ZOOM_STEP),
  '=': (solid) => solid.zoomBy(ZOOM_STEP),
  '-': (solid) => solid.zoomBy(1 / ZOOM_STEP),
  '[': (solid) => solid.setShift(solid.getState().shift - SHIFT_STEP),
  ']': (solid) => solid.setShift(solid.getState().shift + SHIFT_STEP),
  ...Object.fromEntries(VIEWS.map((view) => [view.toLowerCase(), (solid: SolidView) => solid.lookFrom(view)])),
};

/** Run what a key means in 3D; false when it means nothing there. */
export function handleSolidKey(key: string, solid: SolidView): boolean {
  const run = KEYS[key];
  if (/^[1-9]$/.test(key)) solid.choose(Number(key) - 1);
  else if (run) run(solid);
  else return false;
  return true;
}
