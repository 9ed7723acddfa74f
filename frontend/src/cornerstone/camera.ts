/** Moving, turning and enlarging the picture of a stack viewport; each draws it anew. */
import type { Types } from '@cornerstonejs/core';

type Viewport = Types.IStackViewport;

export function flip(viewport: Viewport, axis: 'horizontal' | 'vertical'): void {
  const { flipHorizontal = false, flipVertical = false } = viewport.getCamera();
  viewport.setCamera(axis === 'horizontal' ? { flipHorizontal: !flipHorizontal } : { flipVertical: !flipVertical });
  viewport.render();
}

/** Clockwise, in degrees. */
export function rotate(viewport: Viewport, degrees: number): void {
  const { rotation = 0 } = viewport.getViewPresentation();
  viewport.setViewPresentation({ ...viewport.getViewPresentation(), rotation: (rotation + degrees + 360) % 360 });
  viewport.render();
}

/** Enlarge about `point` of the viewport (CSS pixels), or about its middle. */
export function zoomAbout(viewport: Viewport, factor: number, point?: readonly [number, number]): void {
  const fixed = point && viewport.canvasToWorld([...point]);
  viewport.setZoom(viewport.getZoom() * factor);
  if (point && fixed) {
    const [x, y] = viewport.worldToCanvas(fixed);
    const [panX, panY] = viewport.getPan();
    viewport.setPan([panX + point[0] - x, panY + point[1] - y]);
  }
  viewport.render();
}

/** CSS pixels. */
export function moveBy(viewport: Viewport, x: number, y: number): void {
  const [panX, panY] = viewport.getPan();
  viewport.setPan([panX + x, panY + y]);
  viewport.render();
}

/** The whole picture, in the middle; turns and flips stay. */
export function fitWhole(viewport: Viewport): void {
  viewport.setViewPresentation({ ...viewport.getViewPresentation(), zoom: 1, pan: [0, 0] });
  viewport.render();
}

/** Fit to the new shape of the viewport; turns and flips stay. */
export function refit(viewport: Viewport): void {
  const { rotation = 0 } = viewport.getViewPresentation();
  const { flipHorizontal = false, flipVertical = false } = viewport.getCamera();
  viewport.resetCamera({ resetPan: true, resetZoom: true, resetToCenter: true });
  viewport.setCamera({ flipHorizontal, flipVertical });
  viewport.setViewPresentation({ ...viewport.getViewPresentation(), rotation });
  viewport.render();
}

/** Whether the picture stands as it was fitted, neither enlarged nor moved. */
export function isWhole(viewport: Viewport): boolean {
  const [x, y] = viewport.getPan();
  return Math.abs(viewport.getZoom() - 1) < 0.01 && Math.hypot(x, y) < 1;
}
