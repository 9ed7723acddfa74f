/** The cheat sheet: keys, mouse, touch. */
import { useEffect, useRef, type ReactElement } from 'react';
import { t } from '../domain/text';
import { COMMANDS, type CommandGroup } from '../tools/commands';
import { keysNow, keyText } from '../tools/keymap';
import { useServices, useWorkspace } from './context';
import { Icon } from './icons';
import { MOUSE_TEXTS, POINTER_TEXTS } from './mouseTexts';

const GROUPS: readonly CommandGroup[] = ['Images', 'Window', 'View', 'Tools', 'Measure', 'Planes', 'Page'];

function Keys({ keys }: { readonly keys: readonly string[] }): ReactElement {
  return (
    <span className="keys">
      {keys.map((key) => (
        <kbd key={key}>{keyText(key)}</kbd>
      ))}
    </span>
  );
}

function KeyGroup({ group }: { readonly group: CommandGroup }): ReactElement {
  const { config } = useServices();
  const known = COMMANDS.filter((command) => command.group === group && (config.report || command.id !== 'report'));
  return (
    <section>
      <h3>{t(group)}</h3>
      <dl>
        {known.map((command) => (
          <div key={command.id}>
            <dt>{t(command.label)}</dt>
            <dd>
              <Keys keys={keysNow(command)} />
            </dd>
          </div>
        ))}
        {group === 'Window' && (
          <div>
            <dt>{t('Window presets')}</dt>
            <dd>
              <Keys keys={['1', '…', '9']} />
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

export function HelpDialog(): ReactElement {
  const { workspace } = useServices();
  const { showHelp } = useWorkspace();
  const { mouse } = workspace.preferences.getState().preferences;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (showHelp) dialog.current?.showModal();
    else dialog.current?.close();
  }, [showHelp]);
  const close = (): void => workspace.setHelp(false); // by 'cancel' at once: 'close' comes after the next key
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onCancel={close} onClose={close} onClick={(event) => event.target === dialog.current && close()}>
      <div className="help-body">
        <header>
          <h2 id="help-title">{t('Keys and mouse')}</h2>
          <button type="button" className="button help-change" onClick={() => workspace.setPreferences(true)}>
            {t('Change keys and mouse')}
          </button>
          <button type="button" className="tool" aria-label={t('Close')} onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        <div className="help-groups">
          {GROUPS.map((group) => (
            <KeyGroup key={group} group={group} />
          ))}
          <section>
            <h3>{t('Mouse and touch')}</h3>
            <dl>
              {[...MOUSE_TEXTS[mouse], ...POINTER_TEXTS].map(([gesture, action]) => (
                <div key={gesture}>
                  <dt>{t(action)}</dt>
                  <dd>{t(gesture)}</dd>
                </div>
              ))}
            </dl>
          </section>
        </div>
      </div>
    </dialog>
  );
}
