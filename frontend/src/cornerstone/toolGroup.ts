/** Mouse, wheel and touch: which tool answers to which of them. */
import { addTool, Enums, PanTool, StackScrollTool, ToolGroupManager, WindowLevelTool, ZoomTool, type Types } from '@cornerstonejs/tools';

/** What the left button and one finger do. */
export type PointerTool = 'scroll' | 'window' | 'zoom' | 'pan';

const { MouseBindings, KeyboardBindings } = Enums;
const GROUP = 'noctis';
const TOOLS: Readonly<Record<PointerTool, { readonly toolName: string }>> = { scroll: StackScrollTool, window: WindowLevelTool, zoom: ZoomTool, pan: PanTool };

/** As on most workstations: right drag windows, middle drag pans, the wheel scrolls (StackView zooms with Ctrl). */
const FIXED: Readonly<Record<PointerTool, Types.IToolBinding[]>> = {
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
  return made;
}

export function addToToolGroup(viewportId: string, renderingEngineId: string): void {
  group().addViewport(viewportId, renderingEngineId);
}

export function removeFromToolGroup(viewportId: string, renderingEngineId: string): void {
  group().removeViewports(renderingEngineId, viewportId);
}

/** Give the left button and one finger to `active`. */
export function setPointerTool(active: PointerTool): void {
  const tools = group();
  for (const [name, tool] of Object.entries(TOOLS) as [PointerTool, { toolName: string }][]) {
    const primary = name === active ? [{ mouseButton: MouseBindings.Primary }, { numTouchPoints: 1 }] : [];
    tools.setToolPassive(tool.toolName, { removeAllBindings: true });
    tools.setToolActive(tool.toolName, { bindings: [...FIXED[name], ...primary] });
  }
}
