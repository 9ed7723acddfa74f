/** Mouse, wheel and touch: which tool answers to which of them. */
import { addTool, Enums, PanTool, ReferenceLinesTool, ToolGroupManager, WindowLevelTool, ZoomTool, type Types } from '@cornerstonejs/tools';

import type { MeasureTool } from '../domain/measure';
import type { MouseProfile } from '../domain/preferences';
import { LoupeTool, RubberTool } from './markTools';
import { MEASURE_TOOLS, setInk, toolClass, toolSettings } from './measureTools';
import { BINDINGS, ScrollTool, setWheelReversed } from './mouse';

type HandTool = 'scroll' | 'window' | 'zoom' | 'pan' | 'magnify' | 'eraser';

/** What the left button and one finger do. */
export type PointerTool = HandTool | MeasureTool;

const { MouseBindings } = Enums;
const GROUP = 'noctis';
const REFERENCE_LINES: { readonly toolName: string } = ReferenceLinesTool;
const TOOLS: Readonly<Record<HandTool, { readonly toolName: string }>> = { scroll: ScrollTool, window: WindowLevelTool, zoom: ZoomTool, pan: PanTool, magnify: LoupeTool, eraser: RubberTool };

let profile: MouseProfile = 'noctis';
let inHand: PointerTool = 'scroll';

const fixedBindings = (tool: HandTool): Types.IToolBinding[] => (tool === 'magnify' || tool === 'eraser' ? [] : BINDINGS[profile][tool]);

function group(): Types.IToolGroup {
  const known = ToolGroupManager.getToolGroup(GROUP);
  if (known) return known;
  const made = ToolGroupManager.createToolGroup(GROUP);
  if (!made) throw new Error('The tools could not be set up');
  for (const tool of Object.values(TOOLS)) {
    addTool(tool);
    made.addTool(tool.toolName);
  }
  addTool(ReferenceLinesTool);
  made.addTool(REFERENCE_LINES.toolName);
  for (const tool of Object.keys(MEASURE_TOOLS) as MeasureTool[]) {
    addTool(toolClass(tool));
    made.addTool(MEASURE_TOOLS[tool].toolName, toolSettings(tool));
  }
  setInk();
  return made;
}

export function addToToolGroup(viewportId: string, renderingEngineId: string): void {
  group().addViewport(viewportId, renderingEngineId);
}

export function removeFromToolGroup(viewportId: string, renderingEngineId: string): void {
  group().removeViewports(renderingEngineId, viewportId);
}

/** Draw where the plane of viewport `sourceId` cuts the others of its frame of reference; undefined: nowhere. */
export function showReferenceLines(sourceId: string | undefined): void {
  const tools = group();
  if (sourceId === undefined) {
    tools.setToolDisabled(REFERENCE_LINES.toolName);
    return;
  }
  tools.setToolConfiguration(REFERENCE_LINES.toolName, { sourceViewportId: sourceId, showFullDimension: true });
  tools.setToolEnabled(REFERENCE_LINES.toolName);
}

/** Give the left button and one finger to `active`. */
export function setPointerTool(active: PointerTool): void {
  inHand = active;
  const tools = group();
  const primaryOf = (name: PointerTool): Types.IToolBinding[] => (name === active ? [{ mouseButton: MouseBindings.Primary }, { numTouchPoints: 1 }] : []);
  // What is drawn already stays movable by its handles, whatever the hand holds.
  for (const [name, tool] of Object.entries(MEASURE_TOOLS) as [MeasureTool, { toolName: string }][]) {
    tools.setToolPassive(tool.toolName, { removeAllBindings: true });
    if (name === active) tools.setToolActive(tool.toolName, { bindings: primaryOf(name) });
  }
  for (const [name, tool] of Object.entries(TOOLS) as [HandTool, { toolName: string }][]) {
    const primary = primaryOf(name);
    tools.setToolPassive(tool.toolName, { removeAllBindings: true });
    const bindings = [...fixedBindings(name), ...primary];
    if (bindings.length > 0) tools.setToolActive(tool.toolName, { bindings });
  }
}

/** Whether the hand holds what draws or looks closer: then a finger that stays is the tool's. */
export const isMeasuring = (): boolean => inHand in MEASURE_TOOLS || inHand === 'eraser' || inHand === 'magnify';

/** What the other buttons and the wheel do. */
export function setMouse(next: MouseProfile, wheelReversed: boolean): void {
  profile = next;
  setWheelReversed(wheelReversed);
  setPointerTool(inHand);
}
