/** The tools above the viewports. */
import type { MouseEvent, ReactElement } from 'react';
import type { PointerTool } from '../cornerstone/toolGroup';
import { windowNumber } from '../domain/format';
import { LAYOUTS, layoutName } from '../domain/layout';
import { t } from '../domain/text';
import { commandById } from '../tools/commands';
import { keyText } from '../tools/keymap';
import { useServices, useView, useWorkspace } from './context';
import { useHangingChoices } from './hangingChoices';
import { Icon, type IconName } from './icons';
import { MeasureMenu } from './MeasureMenu';
import { Menu, type Choice } from './Menu';
import { PlanesMenu } from './PlanesMenu';
import { SaveMenu } from './SaveMenu';

/** A click leaves the focus where it was, so that the space bar keeps playing and stopping. */
const keepFocus = (event: MouseEvent): void => event.preventDefault();

interface CommandButtonProps {
  readonly command: string;
  readonly icon: IconName;
  readonly label: string;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
}

function CommandButton({ command, icon, label, pressed, disabled = false }: CommandButtonProps): ReactElement {
  const { workspace } = useServices();
  const { label: name, keys, run } = commandById(command);
  const key = keys[0] ?? '';
  const title = key ? `${t(name)} (${keyText(key)})` : t(name);
  return (
    <button type="button" className="tool" aria-label={t(name)} aria-pressed={pressed} disabled={disabled} title={title} onMouseDown={keepFocus} onClick={() => run(workspace)}>
      <Icon name={icon} />
      <span className="tool-label">{t(label)}</span>
    </button>
  );
}

const POINTER_TOOLS: readonly (readonly [PointerTool & IconName, string])[] = [
  ['scroll', 'Scroll'],
  ['window', 'Window'],
  ['zoom', 'Zoom'],
  ['pan', 'Pan'],
];

function PresetMenu(): ReactElement {
  const { workspace } = useServices();
  const { solid } = useWorkspace();
  useView(workspace.activeView);
  const presets = solid ? [] : workspace.presets();
  const choices: Choice[] = presets.map((preset, index) => ({
    key: `${preset.label}-${index}`,
    label: t(preset.label),
    hint: [
      preset.kind === 'window' ? `${windowNumber(preset.window.width, preset.window.width)} / ${windowNumber(preset.window.center, preset.window.width)}` : '',
      index < 9 ? String(index + 1) : '',
    ].filter(Boolean).join('   '),
    choose: () => workspace.applyPreset(preset),
  }));
  return (
    <Menu label={t('Window presets')} choices={choices} disabled={choices.length === 0}>
      <Icon name="presets" />
      <span className="tool-label">{t('Presets')}</span>
    </Menu>
  );
}

function LayoutMenu(): ReactElement {
  const { workspace } = useServices();
  const { layout } = useWorkspace();
  const { links, lines, look } = useWorkspace();
  const layouts: Choice[] = LAYOUTS.map((choice) => ({
    key: layoutName(choice),
    label: layoutName(choice),
    chosen: layoutName(choice) === layoutName(layout),
    choose: () => workspace.setLayout(choice),
  }));
  const switches = ([['link', links !== undefined], ['lines', lines]] as const).map(([id, chosen]): Choice => {
    const { label, keys, run } = commandById(id);
    return { key: id, label: t(label), hint: keys[0] ?? '', chosen, choose: () => run(workspace) };
  });
  const followed = ([['zoom', 'Linked: zoom and pan'], ['window', 'Linked: window']] as const).map(([what, label]): Choice => ({
    key: `look-${what}`,
    label: t(label),
    chosen: look[what],
    choose: () => workspace.toggleLook(what),
  }));
  const choices = [...layouts, ...switches, ...followed, ...useHangingChoices()];
  return (
    <Menu label={t('Layout')} choices={choices}>
      <Icon name="layout" />
      <span className="tool-label">{layoutName(layout)}</span>
    </Menu>
  );
}

function PlayButton({ disabled }: { readonly disabled: boolean }): ReactElement {
  const { workspace } = useServices();
  const { playing, set } = useView(workspace.activeView);
  return <CommandButton command="cine" icon={playing ? 'stop' : 'play'} label={playing ? 'Stop' : 'Play'} pressed={playing} disabled={disabled || !set || set.frames.length < 2} />;
}

export function Toolbar(): ReactElement {
  const { workspace, config } = useServices();
  const { tool, showText, showReport, mpr, solid } = useWorkspace();
  const { status, inverted, colour, set } = useView(workspace.activeView);
  const isEmpty = status === 'empty';
  const idle = isEmpty || (mpr ?? solid) !== undefined;
  return (
    <div className="toolbar" role="toolbar" aria-label={t('Viewer tools')}>
      <div className="tool-group">
        {POINTER_TOOLS.map(([name, label]) => (
          <CommandButton key={name} command={`tool-${name}`} icon={name} label={label} pressed={tool === name} />
        ))}
      </div>
      <div className="tool-group">
        <MeasureMenu disabled={isEmpty || solid !== undefined} />
      </div>
      <div className="tool-group">
        <PresetMenu />
        <CommandButton command="invert" icon="invert" label="Invert" pressed={inverted} disabled={idle || colour} />
      </div>
      <div className="tool-group">
        <CommandButton command="flip-horizontal" icon="flip-horizontal" label="Flip H" disabled={idle} />
        <CommandButton command="flip-vertical" icon="flip-vertical" label="Flip V" disabled={idle} />
        <CommandButton command="rotate" icon="rotate" label="Rotate" disabled={idle} />
        <CommandButton command="fit" icon="fit" label="Fit" disabled={idle} />
        <CommandButton command="reset" icon="reset" label="Reset" disabled={isEmpty} />
      </div>
      <div className="tool-group">
        <PlayButton disabled={idle} />
        <PlanesMenu disabled={!set || set.frames.length < 2} />
        <LayoutMenu />
      </div>
      <div className="tool-group tool-group-end">
        <SaveMenu disabled={isEmpty} />
        <CommandButton command="text" icon="text" label="Text" pressed={showText} />
        {config.report && <CommandButton command="report" icon="report" label="Report" pressed={showReport} />}
        <CommandButton command="help" icon="help" label="Keys" />
      </div>
    </div>
  );
}
