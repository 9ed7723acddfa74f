/** Planes, 3D and fusion behind one button. */
import type { ReactElement } from 'react';
import { t } from '../domain/text';
import { commandById } from '../tools/commands';
import { keyText } from '../tools/keymap';
import { useServices, useWorkspace } from './context';
import { Icon } from './icons';
import { Menu, type Choice } from './Menu';

export function PlanesMenu({ disabled }: { readonly disabled: boolean }): ReactElement {
  const { workspace } = useServices();
  const { mpr, solid } = useWorkspace();
  const shown = mpr?.layer ? 'fusion' : mpr ? 'mpr' : solid ? 'solid' : undefined;
  const choices = (['mpr', 'solid', 'fusion'] as const).map((id): Choice => {
    const { label, keys, run } = commandById(id);
    return { key: id, label: t(label), hint: keys[0] ? keyText(keys[0]) : '', chosen: shown === id, choose: () => run(workspace) };
  });
  const current = commandById(shown ?? 'mpr');
  const key = current.keys[0] ?? '';
  return (
    <span className="split-tool">
      <button type="button" className="tool" aria-label={t(current.label)} aria-pressed={shown !== undefined} disabled={disabled} title={key ? `${t(current.label)} (${keyText(key)})` : t(current.label)} onMouseDown={(event) => event.preventDefault()} onClick={() => current.run(workspace)}>
        <Icon name="planes" />
        <span className="tool-label">{shown === 'solid' ? t('3D') : shown === 'fusion' ? t('Fusion') : t('MPR')}</span>
      </button>
      <Menu label={t('Planes, 3D, fusion')} choices={choices} disabled={disabled}>
        <Icon name="more-down" size={14} />
      </Menu>
    </span>
  );
}
