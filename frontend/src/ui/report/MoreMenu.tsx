/** What is done now and then: behind one button. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { t } from '../../domain/text';
import { Icon } from '../icons';
import { Menu, type Choice } from '../Menu';
import { useReport, useSession, type DialogName } from './context';
import { useCallNotice } from './Notices';

const NO_RIGHTS = { write: false, sign: false, print: false, critical: false };

/** What the state of the report lets one do now that nothing is being written. */
function useActions(): ReadonlySet<string> {
  const { answer, draftKind, lease } = useSession();
  const isIdle = draftKind === '' && lease.kind === 'mine' && answer?.rights.sign === true;
  return new Set(isIdle ? answer.report.possible_actions : []);
}

/** Beginnings of drafts, as far as the report's state has them. */
function useBeginnings(): (Choice | false)[] {
  const { session } = useReport();
  const run = useCallNotice();
  const actions = useActions();
  const begin = (kind: string, label: string): Choice => ({ key: kind, label: t(label), choose: () => run(() => session.start(kind, '')) });
  return [
    actions.has('add_addendum') && begin('addendum', 'Add an addendum'),
    actions.has('correct') && begin('correction', 'Correct the report'),
    actions.has('sign_final') && begin('report', 'Go on writing'),
  ];
}

export function MoreMenu(): ReactElement {
  const { session, openDialog } = useReport();
  const { answer, draftKind } = useSession();
  const beginnings = useBeginnings();
  const actions = useActions();
  const rights = answer?.rights ?? NO_RIGHTS;
  const writes = useSyncExternalStore(session.subscribe, () => session.mayWrite);
  const dialog = (name: DialogName, label: string, hint?: string): Choice => ({ key: name, label: t(label), ...(hint ? { hint } : {}), choose: () => openDialog(name) });
  const choices: (Choice | false)[] = [
    ...beginnings,
    rights.critical && dialog('critical', 'Report a critical result …'),
    writes && draftKind === 'report' && dialog('templates', 'Templates …'),
    dialog('macros', 'Macros …'),
    dialog('versions', 'Versions and differences …'),
    dialog('details', 'Priority and clinical details …'),
    writes && dialog('discard', 'Discard the draft …'),
    actions.has('withdraw') && dialog('withdraw', 'Withdraw the report …'),
    dialog('help', 'Keys', '?'),
  ];
  return (
    <Menu label={t('More')} choices={choices.filter((choice) => choice !== false)}>
      <Icon name="more" />
    </Menu>
  );
}
