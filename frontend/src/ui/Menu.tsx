/** A button that opens a list of choices. */
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';

export interface Choice {
  readonly key: string;
  readonly label: string;
  readonly hint?: string;
  /** Given for one of several states, left out for an action. */
  readonly chosen?: boolean;
  readonly choose: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly choices: readonly Choice[];
  readonly disabled?: boolean;
}

const ENTRIES = '.menu-choice';

function moveFocus(list: HTMLElement, step: number): void {
  const entries = [...list.querySelectorAll<HTMLElement>(ENTRIES)];
  const index = entries.findIndex((entry) => entry === document.activeElement);
  entries[(index + step + entries.length) % entries.length]?.focus();
}

export function Menu({ label, children, choices, disabled = false }: MenuProps): ReactElement {
  const [place, setPlace] = useState<{ left: number; top: number } | undefined>();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const open = place !== undefined;

  useEffect(() => {
    if (!open) return undefined;
    list.current?.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
    if (!list.current?.contains(document.activeElement)) list.current?.querySelector<HTMLElement>(ENTRIES)?.focus();
    const onPointer = (event: PointerEvent): void => {
      const target = event.target as Node;
      if (!list.current?.contains(target) && !button.current?.contains(target)) setPlace(undefined);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [open]);

  const close = (): void => {
    setPlace(undefined);
    button.current?.focus();
  };
  const toggle = (): void => {
    const box = button.current?.getBoundingClientRect();
    setPlace(open || !box ? undefined : placeBelow(box, choices.length));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') moveFocus(event.currentTarget as HTMLElement, event.key === 'ArrowDown' ? 1 : -1);
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <button ref={button} type="button" className="tool" disabled={disabled} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined} title={label} onClick={toggle}>
        {children}
      </button>
      {open && (
        <div ref={list} id={id} role="menu" tabIndex={-1} aria-label={label} className="menu" style={place} onKeyDown={onKey}>
          {choices.map((choice) => (
            <button
              key={choice.key}
              type="button"
              role={choice.chosen === undefined ? 'menuitem' : 'menuitemradio'}
              aria-checked={choice.chosen}
              className="menu-choice"
              onClick={() => {
                choice.choose();
                setPlace(undefined);
              }}
            >
              <span>{choice.label}</span>
              {choice.hint !== undefined && <span className="menu-hint">{choice.hint}</span>}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

const WIDTH = 232;
const ROW_HEIGHT = 44;

/** Below its button, or above it where there is no room; always inside the window. */
function placeBelow(button: DOMRect, rows: number): { left: number; top: number } {
  const height = Math.min(rows * ROW_HEIGHT + 12, window.innerHeight - 16);
  const below = button.bottom + 4;
  const top = below + height > window.innerHeight ? Math.max(8, button.top - height - 4) : below;
  return { left: Math.max(8, Math.min(button.left, window.innerWidth - WIDTH - 8)), top };
}
