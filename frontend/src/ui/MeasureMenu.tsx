/** The measuring tools behind one button, which is the one used last. */
import { useState, type ReactElement } from 'react';
import { isMeasureTool } from '../domain/annotation';
import type { MeasureTool } from '../domain/measure';
import { t } from '../domain/text';
import { commandById } from '../tools/commands';
import { useServices, useWorkspace } from './context';
import { Icon, type IconName } from './icons';
import { Menu, type Choice } from './Menu';

type MenuTool = MeasureTool | 'eraser' | 'magnify';

const TOOLS: readonly (readonly [MenuTool, IconName])[] = [
  ['length', 'length'],
  ['bidirectional', 'bidirectional'],
  ['angle', 'angle'],
  ['cobb', 'cobb'],
  ['ellipse', 'ellipse'],
  ['rectangle', 'rectangle'],
  ['freehand', 'freehand'],
  ['probe', 'probe'],
  ['circle', 'circle'],
  ['arrow', 'arrow'],
  ['text', 'words'],
  ['eraser', 'eraser'],
  ['magnify', 'magnify'],
];

const isMenuTool = (tool: string): tool is MenuTool => isMeasureTool(tool) || tool === 'eraser' || tool === 'magnify';
const commandOf = (tool: MenuTool): ReturnType<typeof commandById> => commandById(`${isMeasureTool(tool) ? 'measure' : 'tool'}-${tool}`);
const iconOf = (tool: MenuTool): IconName => TOOLS.find(([name]) => name === tool)?.[1] ?? 'length';

export function MeasureMenu({ disabled }: { readonly disabled: boolean }): ReactElement {
  const { workspace } = useServices();
  const { tool, mpr } = useWorkspace();
  const [last, setLast] = useState<MenuTool>('length');
  const active = isMenuTool(tool);
  const current = mpr && last !== 'angle' ? 'length' : active ? tool : last;
  const { label, keys, run } = commandOf(current);
  // Planes that were cut have rulers of their own.
  const tools = mpr ? TOOLS.filter(([name]) => name === 'length' || name === 'angle') : TOOLS;
  const choices: Choice[] = tools.map(([name]) => {
    const one = commandOf(name);
    return {
      key: name,
      label: t(one.label),
      hint: one.keys[0] ?? '',
      chosen: tool === name,
      choose: () => {
        setLast(name);
        one.run(workspace);
      },
    };
  });
  const key = commandById('key-image');
  if (!mpr) choices.push({ key: 'key-image', label: t(key.label), hint: key.keys[0] ?? '', choose: () => key.run(workspace) });
  return (
    <span className="split-tool">
      <button type="button" className="tool" aria-label={t(label)} aria-pressed={active} disabled={disabled} title={`${t(label)} (${keys[0] ?? ''})`} onMouseDown={(event) => event.preventDefault()} onClick={() => run(workspace)}>
        <Icon name={iconOf(current)} />
        <span className="tool-label">{t('Measure')}</span>
      </button>
      <Menu label={t('Measuring tools')} choices={choices} disabled={disabled}>
        <Icon name="more-down" size={14} />
      </Menu>
    </span>
  );
}
