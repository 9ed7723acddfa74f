/** What is seen as a picture, with or without the names in its corners. */
import type { ReactElement } from 'react';
import { t } from '../domain/text';
import { keyText } from '../tools/keymap';
import { commandById } from '../tools/commands';
import { useServices } from './context';
import { Icon } from './icons';
import { Menu, type Choice } from './Menu';
import { savePicture, type PictureKind } from './picture';
import type { Workspace } from '../tools/workspace';

const KINDS: readonly (readonly [PictureKind, boolean, string])[] = [
  ['png', true, 'Picture (PNG)'],
  ['png', false, 'Picture without names (PNG)'],
  ['jpeg', true, 'Picture (JPEG)'],
  ['jpeg', false, 'Picture without names (JPEG)'],
];

/** Of the series and the time: never of the patient. */
function fileName(workspace: Workspace): string {
  const set = workspace.getState().sets[workspace.getState().active];
  const moment = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  return `picture-${set?.series.modality ?? ''}${set?.series.number ?? ''}-${moment}`;
}

export function saveWhatIsSeen(workspace: Workspace, naming: boolean, kind: PictureKind): void {
  const grid = document.querySelector('main.grid');
  if (grid) savePicture(grid, naming, kind, fileName(workspace)).catch(() => workspace.tell('The picture could not be made. Try again, or take a screenshot.'));
}

export function SaveMenu({ disabled }: { readonly disabled: boolean }): ReactElement {
  const { workspace } = useServices();
  const [key = ''] = commandById('save-picture').keys;
  const choices = KINDS.map(([kind, naming, label]): Choice => ({
    key: `${kind}-${naming}`,
    label: t(label),
    hint: kind === 'png' && !naming && key ? keyText(key) : '',
    choose: () => saveWhatIsSeen(workspace, naming, kind),
  }));
  return (
    <Menu label={t('Save as a picture')} choices={choices} disabled={disabled}>
      <Icon name="download" />
      <span className="tool-label">{t('Save')}</span>
    </Menu>
  );
}
