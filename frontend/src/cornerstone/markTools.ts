/** Cornerstone's tools that draw or remove marks, where they need another hand than its own. */
import { getEnabledElement } from '@cornerstonejs/core';
import { annotation as annotations, BaseTool, CircleROITool, LabelTool, MagnifyTool, ToolGroupManager, type Types } from '@cornerstonejs/tools';
import { MARK_TOOL_NAMES } from './toolNames';

/** A circle that shows our figures: its own are never counted, yet without them it would say nothing. */
export class CircleTool extends CircleROITool {
  static override toolName = MARK_TOOL_NAMES.circle;

  constructor(...props: ConstructorParameters<typeof CircleROITool>) {
    super(...props);
    const none = (): undefined => undefined;
    Object.assign(this, { _calculateCachedStats: none, _throttledCalculateCachedStats: none });
  }
}

type Handle = Parameters<LabelTool['handleSelectedCallback']>;

/** A text that is moved by its corner as by its words; Cornerstone's own stays where it is. */
export class TextTool extends LabelTool {
  static override toolName = MARK_TOOL_NAMES.text;

  override handleSelectedCallback(event: Handle[0], annotation: Handle[1]): void {
    this.toolSelectedCallback(event, annotation as Parameters<LabelTool['toolSelectedCallback']>[1]);
  }
}

const LOUPE_SIZE = 260; // CSS pixels
const LOUPE_FACTOR = 2.5;

/** A loupe that enlarges as much in small viewports as in large ones. */
export class LoupeTool extends MagnifyTool {
  static override toolName = MARK_TOOL_NAMES.magnify;

  constructor(...props: ConstructorParameters<typeof MagnifyTool>) {
    super(...props);
    const begin = this.preMouseDownCallback;
    this.preMouseDownCallback = (event) => {
      const { element } = event.detail;
      if (!(getEnabledElement(element)?.viewport as { getImageData?: () => unknown } | undefined)?.getImageData?.()) return false;
      // Cornerstone multiplies with the height of the viewport in loupe heights.
      Object.assign(this.configuration, { magnifyWidth: LOUPE_SIZE, magnifyHeight: LOUPE_SIZE, magnifySize: (LOUPE_FACTOR * element.clientHeight) / LOUPE_SIZE });
      return begin(event);
    };
  }
}

/** What an eraser needs to know of a drawing tool. */
interface Drawing {
  readonly isPointNearTool?: (element: HTMLDivElement, one: Types.Annotation, point: readonly number[], proximity: number) => boolean;
  readonly filterInteractableAnnotationsForElement?: (element: HTMLDivElement, all: Types.Annotation[]) => Types.Annotation[] | undefined;
}

type Press = { readonly detail: { readonly element: HTMLDivElement; readonly viewportId: string; readonly renderingEngineId: string; readonly currentPoints: { readonly canvas: readonly number[] } } };

/** The annotations of a tool near a point of the canvas, but those that are a colleague's. */
function ownNear(name: string, tool: Drawing, element: HTMLDivElement, point: readonly number[], reach: number): Types.Annotation[] {
  const all = tool.filterInteractableAnnotationsForElement?.(element, annotations.state.getAnnotations(name, element)) ?? [];
  return all.filter((one) => !one.isLocked && tool.isPointNearTool?.(element, one, point, reach));
}

const REACH = 10;
const FINGER_REACH = 22;

/** Removes what lies under the pointer: one annotation a click, and nobody else's. */
export class RubberTool extends BaseTool {
  static override toolName = MARK_TOOL_NAMES.eraser;

  constructor(props: ConstructorParameters<typeof BaseTool>[0] = {}) {
    super(props, { supportedInteractionTypes: ['Mouse', 'Touch'], configuration: {} });
  }

  readonly preMouseDownCallback = (event: Press): boolean => this.removeAt(event, REACH);
  readonly preTouchStartCallback = (event: Press): boolean => this.removeAt(event, FINGER_REACH);

  private removeAt({ detail }: Press, reach: number): boolean {
    const { element, currentPoints, viewportId, renderingEngineId } = detail;
    const group = ToolGroupManager.getToolGroupForViewport(viewportId, renderingEngineId);
    const under = Object.keys(group?.toolOptions ?? {}).flatMap((name) => ownNear(name, group?.getToolInstance(name) as Drawing, element, currentPoints.canvas, reach));
    const uid = under[0]?.annotationUID;
    if (uid !== undefined) annotations.state.removeAnnotation(uid);
    // Even where nothing lies, the press must not draw or move anything.
    return true;
  }
}
