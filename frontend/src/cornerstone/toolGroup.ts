/** Mouse, wheel and touch: which tool answers to which of them. */
import { addTool, Enums, PanTool, ReferenceLinesTool, StackScrollTool, ToolGroupManager, WindowLevelTool, ZoomTool, type Types } from '@cornerstonejs/tools';

import type { MeasureTool } from '../domain/measure';
import { MEASURE_TOOLS, setInk, toolClass, toolSettings } from './measureTools';

type HandTool = 'scroll' | 'window' | 'zoom' | 'pan';

/** What the left button and one finger do. */
export type PointerTool = HandTool | MeasureTool;

const { MouseBindings, KeyboardBindings } = Enums;
const GROUP = 'noctis';
const REFERENCE_LINES: { readonly toolName: string } = ReferenceLinesTool;
const TOOLS: Readonly<Record<HandTool, { readonly toolName: string }>> = { scroll: StackScrollTool, window: WindowLevelTool, zoom: ZoomTool, pan: PanTool };

/** As on most workstations: right drag windows, middle drag pans, the wheel scrolls (StackView zooms with Ctrl). */
const FIXED: Readonly<Record<HandTool, Types.IToolBinding[]>> = {
  scroll: [{ mouseButton: MouseBindings.Wheel }],
  window: [{ mouseButton: MouseBindings.Secondary }],
  zoom: [{ numTouchPoints: 2 }],
  pan: [{ mouseButton: MouseBindings.Auxiliary }, { mouseButton: MouseBindings.Primary, modifierKey: KeyboardBindings.Ctrl }],
};

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
    tools.setToolActive(tool.toolName, { bindings: [...FIXED[name], ...primary] });
  }
}
