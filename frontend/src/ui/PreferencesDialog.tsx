/** Keys and mouse as the reader wants them, on every workstation. */
import { useEffect, useRef, useState, useSyncExternalStore, type ReactElement } from 'react';
import { holderOf, keysOf, rebound, refusalOf, restored, withKeys, type MouseProfile, type Preferences } from '../domain/preferences';
import { t } from '../domain/text';
import { COMMANDS, type Command, type CommandGroup } from '../tools/commands';
import { keyName } from '../tools/keyboard';
import { keyText } from '../tools/keymap';
import type { Keeping, PreferencesState } from '../tools/preferences';
import { useServices, useWorkspace } from './context';
import { Icon } from './icons';
import { MOUSE_TEXTS, PROFILE_NAMES } from './mouseTexts';

const GROUPS: readonly CommandGroup[] = ['Images', 'Window', 'View', 'Tools', 'Measure', 'Planes', 'Page'];
const PROFILES: readonly MouseProfile[] = ['noctis', 'left-window', 'classic'];
const KEEPING: Readonly<Record<Keeping, string>> = { kept: 'Kept for every workstation.', keeping: 'Saving …', failed: 'Not saved: they hold for this window only.' };

/** Esc is the way out of everything, and stays. */
const isChangeable = ({ id }: Command): boolean => id !== 'dismiss';

function usePreferences(): PreferencesState {
  const { preferences } = useServices().workspace;
  return useSyncExternalStore(preferences.subscribe, preferences.getState);
}

function MouseChoice({ preferences, change }: { readonly preferences: Preferences; readonly change: (next: Preferences) => void }): ReactElement {
  return (
    <section>
      <h3>{t('Mouse')}</h3>
      <div className="mouse-profiles" role="radiogroup" aria-label={t('Mouse')}>
        {PROFILES.map((profile) => (
          <label key={profile} className="mouse-profile" data-chosen={preferences.mouse === profile}>
            <span className="mouse-name">
              <input type="radio" name="mouse" value={profile} checked={preferences.mouse === profile} onChange={() => change({ ...preferences, mouse: profile })} />
              {t(PROFILE_NAMES[profile])}
            </span>
            {MOUSE_TEXTS[profile].map(([button, action]) => (
              <span key={button} className="mouse-line">
                <span className="muted">{t(button)}</span>
                <span>{t(action)}</span>
              </span>
            ))}
          </label>
        ))}
      </div>
      <label className="preference-check">
        <input type="checkbox" checked={preferences.wheel_reversed} onChange={(event) => change({ ...preferences, wheel_reversed: event.target.checked })} />
        {t('Turning the wheel towards you goes back')}
      </label>
    </section>
  );
}

/** A key that was pressed for a command, and who has it so far. */
interface Wish {
  readonly command: string;
  readonly key: string;
  readonly holder: string;
}

const labelOf = (id: string): string => t(COMMANDS.find((command) => command.id === id)?.label ?? id);

interface KeyRowProps {
  readonly command: Command;
  readonly keys: readonly string[];
  readonly asking: boolean;
  readonly said: string;
  readonly ask: () => void;
  readonly clear: () => void;
  readonly restore: (() => void) | undefined;
}

function KeyRow({ command, keys, asking, said, ask, clear, restore }: KeyRowProps): ReactElement {
  const label = t(command.label);
  return (
    <li className="key-row" data-command={command.id} data-asking={asking}>
      <span className="key-label">{label}</span>
      <button type="button" className="key-button" aria-label={t('Change the key of {command}, now {keys}', { command: label, keys: keys.map(keyText).join(', ') || t('none') })} onClick={ask}>
        {asking ? <em>{t('Press a key')}</em> : keys.length > 0 ? keys.map((key) => <kbd key={key}>{keyText(key)}</kbd>) : <span className="muted">{t('none')}</span>}
      </button>
      {restore && <button type="button" className="measure-action" aria-label={t('Usual key of {command}', { command: label })} title={t('Usual key')} onClick={restore}><Icon name="reset" size={15} /></button>}
      {keys.length > 0 && <button type="button" className="measure-action" aria-label={t('No key for {command}', { command: label })} title={t('No key')} onClick={clear}><Icon name="close" size={15} /></button>}
      {said && <span className="key-said" role="alert">{said}</span>}
    </li>
  );
}

/** The key of a press, once it is more than Shift or Ctrl alone. */
function useAsking(asked: string | undefined, take: (key: string) => void, stop: () => void): void {
  useEffect(() => {
    if (asked === undefined) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Escape') stop();
      else if (!['Shift', 'Control', 'Alt', 'Meta', 'AltGraph'].includes(event.key)) take(keyName(event));
    };
    document.addEventListener('keydown', onKey, { capture: true });
    return () => document.removeEventListener('keydown', onKey, { capture: true });
  }, [asked, take, stop]);
}

function KeyTable({ preferences, change }: { readonly preferences: Preferences; readonly change: (next: Preferences) => void }): ReactElement {
  const [asked, setAsked] = useState<string | undefined>();
  const [refused, setRefused] = useState<{ readonly command: string; readonly text: string } | undefined>();
  const [wish, setWish] = useState<Wish | undefined>();
  const take = (key: string): void => {
    const command = asked ?? '';
    setAsked(undefined);
    const text = refusalOf(key);
    const holder = holderOf(preferences, COMMANDS, key, command);
    if (text) setRefused({ command, text: t(text) });
    else if (holder === undefined) change(rebound(preferences, COMMANDS, command, key));
    else setWish({ command, key, holder });
  };
  useAsking(asked, take, () => setAsked(undefined));
  const ask = (id: string): void => {
    setWish(undefined);
    setRefused(undefined);
    setAsked(id);
  };
  const agree = (): void => {
    if (wish) change(rebound(preferences, COMMANDS, wish.command, wish.key));
    setWish(undefined);
  };
  return (
    <section>
      <h3>{t('Keys')}</h3>
      <div className="key-groups">
        {GROUPS.map((group) => (
          <section key={group} aria-label={t(group)}>
            <h4>{t(group)}</h4>
            <ul>
              {COMMANDS.filter((command) => command.group === group && isChangeable(command)).map((command) => (
                <KeyRow
                  key={command.id}
                  command={command}
                  keys={keysOf(preferences, command)}
                  asking={asked === command.id}
                  said={refused?.command === command.id ? refused.text : ''}
                  ask={() => ask(command.id)}
                  clear={() => change(withKeys(preferences, command, []))}
                  restore={command.id in preferences.keys ? () => change(restored(preferences, COMMANDS, command.id)) : undefined}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {wish && (
        <div className="key-conflict" role="alertdialog" aria-label={t('The key is taken')} data-testid="key-conflict">
          <p>{t('{key} is {holder} so far. Taken for {command}, {holder} is without it.', { key: keyText(wish.key), holder: labelOf(wish.holder), command: labelOf(wish.command) })}</p>
          <button type="button" className="button" autoFocus onClick={agree}>{t('Take it')}</button>
          <button type="button" className="button" onClick={() => setWish(undefined)}>{t('Leave it')}</button>
        </div>
      )}
    </section>
  );
}

export function PreferencesDialog(): ReactElement {
  const { workspace } = useServices();
  const { showPreferences } = useWorkspace();
  const { preferences, keeping } = usePreferences();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (showPreferences) dialog.current?.showModal();
    else dialog.current?.close();
  }, [showPreferences]);
  const close = (): void => workspace.setPreferences(false);
  const change = (next: Preferences): void => {
    const isOtherHand = next.mouse !== preferences.mouse;
    workspace.preferences.change(next);
    if (isOtherHand) workspace.setTool(workspace.preferences.restingTool);
  };
  return (
    <dialog ref={dialog} className="help preferences" aria-labelledby="preferences-title" data-testid="preferences" onCancel={close} onClose={close} onClick={(event) => event.target === dialog.current && close()}>
      {showPreferences && (
        <div className="help-body">
          <header>
            <h2 id="preferences-title">{t('Preferences')}</h2>
            <button type="button" className="tool" aria-label={t('Close')} onClick={close}>
              <Icon name="close" />
            </button>
          </header>
          <MouseChoice preferences={preferences} change={change} />
          <KeyTable preferences={preferences} change={change} />
          <footer className="preferences-foot">
            <p className="muted" role="status" data-keeping={keeping}>{t(KEEPING[keeping])}</p>
            <button type="button" className="button" onClick={() => { workspace.preferences.reset(); workspace.setTool(workspace.preferences.restingTool); }}>{t('Everything as usual')}</button>
          </footer>
        </div>
      )}
    </dialog>
  );
}
