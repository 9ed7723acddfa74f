/** What buttons and wheel do beside the tool in hand, by the reader's choice. */
import { Enums, StackScrollTool, type Types } from '@cornerstonejs/tools';
import type { MouseProfile } from '../domain/preferences';

const { MouseBindings, KeyboardBindings } = Enums;

type Moved = 'scroll' | 'window' | 'zoom' | 'pan';
type Bindings = Readonly<Record<Moved, Types.IToolBinding[]>>;

const WHEEL: Types.IToolBinding = { mouseButton: MouseBindings.Wheel };
const CTRL_LEFT: Types.IToolBinding = { mouseButton: MouseBindings.Primary, modifierKey: KeyboardBindings.Ctrl };
const RIGHT: Types.IToolBinding = { mouseButton: MouseBindings.Secondary };
const MIDDLE: Types.IToolBinding = { mouseButton: MouseBindings.Auxiliary };
const LEFT_AND_RIGHT: Types.IToolBinding = { mouseButton: MouseBindings.Primary_And_Secondary };

/** The left button is always the tool in hand; StackView zooms with Ctrl and the wheel, and with two fingers. */
export const BINDINGS: Readonly<Record<MouseProfile, Bindings>> = {
  noctis: { scroll: [WHEEL], window: [RIGHT], zoom: [], pan: [MIDDLE, CTRL_LEFT] },
  'left-window': { scroll: [WHEEL], window: [], zoom: [RIGHT], pan: [MIDDLE, CTRL_LEFT] },
  classic: { scroll: [WHEEL], window: [MIDDLE], zoom: [RIGHT], pan: [LEFT_AND_RIGHT, CTRL_LEFT] },
};

/** The tool in hand when nothing else was taken. */
export const RESTING: Readonly<Record<MouseProfile, Moved>> = { noctis: 'scroll', 'left-window': 'window', classic: 'scroll' };

let reversed = false;

export function setWheelReversed(next: boolean): void {
  reversed = next;
}

type WheelTurn = { readonly detail: { readonly wheel: { readonly direction: number } } };

/** Scrolling whose wheel can be turned round; dragging stays as it is. */
export class ScrollTool extends StackScrollTool {
  static override toolName = 'StackScroll';

  override mouseWheelCallback(event: Parameters<StackScrollTool['mouseWheelCallback']>[0]): void {
    const { detail } = event as unknown as WheelTurn;
    const turned = { detail: { ...detail, wheel: { ...detail.wheel, direction: -detail.wheel.direction } } };
    super.mouseWheelCallback(reversed ? (turned as unknown as typeof event) : event);
  }
}
