/** Letting a stack stand as a presentation state asks for: window, turn, mirror, part of the picture. */
import type { StackView } from '../cornerstone/stackView';
import { spacingOf, type FrameRef } from '../domain/frame';
import { displayedArea, presentedWindow, type PresentationState } from '../domain/presentationState';
import { toRange } from '../domain/window';

export function presentWindow(view: StackView, state: PresentationState, frame: FrameRef): void {
  const window = presentedWindow(state, frame);
  if (window && !view.getState().colour) view.setRange(toRange(window), window.shape);
  // A presentation state says by itself what is black; MONOCHROME1 does not count (PS3.3 C.11.6).
  const isInverse = frame.instance.pixels?.photometricInterpretation === 'MONOCHROME1';
  if (view.getState().inverted !== (state.invert !== isInverse) && !view.getState().colour) view.invert();
}

/** By how much the fitted picture is to be enlarged so that the area fills the viewport. */
function zoomFor(view: StackView, state: PresentationState, frame: FrameRef, zoom: number): number {
  const { topLeft, bottomRight } = displayedArea(state, frame);
  const spacing = spacingOf(frame);
  const width = bottomRight[0] - topLeft[0];
  const height = ((bottomRight[1] - topLeft[1]) * spacing.row) / spacing.column;
  const [across, down] = state.rotation % 180 === 0 ? [width, height] : [height, width];
  const wanted = Math.min(view.size[0] / across, view.size[1] / down);
  return (zoom * wanted) / view.getState().magnification;
}

function presentGeometry(view: StackView, state: PresentationState, frame: FrameRef): void {
  if (state.rotation !== 0) view.rotate(state.rotation);
  if (state.flip) view.flip('horizontal');
  const { standing } = view;
  const { columns = 1, rows = 1 } = frame.instance.pixels ?? {};
  if (!standing) return;
  const { topLeft, bottomRight } = displayedArea(state, frame);
  const at = [((topLeft[0] + bottomRight[0]) / 2 + 0.5) / columns, ((topLeft[1] + bottomRight[1]) / 2 + 0.5) / rows] as const;
  view.stand({ ...standing, at, zoom: zoomFor(view, state, frame, standing.zoom) });
}

/** Everything that the state asks for of the frame on the screen. */
export function present(view: StackView, state: PresentationState, frame: FrameRef): void {
  view.reset();
  presentGeometry(view, state, frame);
  presentWindow(view, state, frame);
}
