/** The tools over three planes. */
import { addTool, CrosshairsTool, Enums as ToolEnums, PanTool, StackScrollTool, ToolGroupManager, WindowLevelTool, ZoomTool, type Types as ToolTypes } from '@cornerstonejs/tools';
import { rulerName, RULERS, rulerSettings, type Ruler } from './planeRulers';

export const PLANES = ['axial', 'coronal', 'sagittal'] as const;
export type PlaneName = (typeof PLANES)[number];

const { MouseBindings, KeyboardBindings } = ToolEnums;

const GROUP = 'noctis-mpr';

/** The lines of the three planes: apart for eyes that tell red and green badly, too. */
export const PLANE_COLOURS: Readonly<Record<PlaneName, string>> = { axial: 'rgb(110, 190, 230)', coronal: 'rgb(240, 190, 90)', sagittal: 'rgb(215, 130, 200)' };

export const idOf = (plane: PlaneName): string => `mpr-${plane}`;
const planeOfId = (id: string): PlaneName => PLANES.find((plane) => idOf(plane) === id) ?? 'axial';

type Named = { readonly toolName: string };
const [SCROLL, WINDOW, PAN, ZOOM, CROSSHAIRS] = ([StackScrollTool, WindowLevelTool, PanTool, ZoomTool, CrosshairsTool] as readonly Named[]).map(({ toolName }) => toolName) as [string, string, string, string, string];
const HAND_TOOLS = [SCROLL, WINDOW, PAN, ZOOM];

/** What the left button does. */
export interface Hand {
  readonly crosshairs: boolean;
  readonly ruler: Ruler | undefined;
}

export function planeTools(): ToolTypes.IToolGroup {
  const known = ToolGroupManager.getToolGroup(GROUP);
  if (known) return known;
  const made = ToolGroupManager.createToolGroup(GROUP);
  if (!made) throw new Error('The tools could not be set up');
  addTool(CrosshairsTool);
  for (const name of HAND_TOOLS) made.addTool(name);
  for (const ruler of ['length', 'angle'] as const) {
    addTool(RULERS[ruler]);
    made.addTool(rulerName(ruler), rulerSettings(ruler));
  }
  made.addTool(CROSSHAIRS, {
    getReferenceLineColor: (id: string) => PLANE_COLOURS[planeOfId(id)],
    getReferenceLineControllable: () => true,
    getReferenceLineDraggableRotatable: () => true,
    getReferenceLineSlabThicknessControlsOn: () => false,
  });
  return made;
}

/** Left: a ruler, the crosshairs, or scrolling; the rest as in stacks. */
export function bindTools({ crosshairs, ruler }: Hand): void {
  const group = planeTools();
  const primary = { mouseButton: MouseBindings.Primary };
  for (const name of HAND_TOOLS) group.setToolPassive(name, { removeAllBindings: true });
  group.setToolActive(WINDOW, { bindings: [{ mouseButton: MouseBindings.Secondary }] });
  group.setToolActive(PAN, { bindings: [{ mouseButton: MouseBindings.Auxiliary }] });
  group.setToolActive(ZOOM, { bindings: [{ mouseButton: MouseBindings.Wheel, modifierKey: KeyboardBindings.Ctrl }, { numTouchPoints: 2 }] });
  group.setToolActive(SCROLL, { bindings: [{ mouseButton: MouseBindings.Wheel }, ...(crosshairs || ruler ? [] : [primary])] });
  for (const one of ['length', 'angle'] as const) group.setToolPassive(rulerName(one), { removeAllBindings: true });
  if (ruler) group.setToolActive(rulerName(ruler), { bindings: [primary] });
  // Seen beside a ruler, but not to be taken hold of.
  if (crosshairs && ruler) group.setToolEnabled(CROSSHAIRS);
  else if (crosshairs) group.setToolActive(CROSSHAIRS, { bindings: [primary] });
  else group.setToolDisabled(CROSSHAIRS);
}

export function destroyTools(): void {
  ToolGroupManager.destroyToolGroup(GROUP);
}
