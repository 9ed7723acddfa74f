/** What is done now and then: behind one button. */
import type { ReactElement } from 'react';
import { t } from '../../domain/text';
import { Icon } from '../icons';
import { Menu, type Choice } from '../Menu';
import { useReport, useSession, type DialogName } from './context';
import { useCallNotice } from './Notices';

export function MoreMenu(): ReactElement {
  const { session, openDialog } = useReport();
  const { answer, draftKind, lease } = useSession();
  const run = useCallNotice();
  const actions = new Set(draftKind || lease.kind !== 'mine' ? [] : answer?.report.possible_actions);
  const dialog = (name: DialogName, label: string, hint?: string): Choice => ({ key: name, label: t(label), ...(hint ? { hint } : {}), choose: () => openDialog(name) });
  const begin = (kind: string, label: string): Choice => ({ key: kind, label: t(label), choose: () => run(() => session.start(kind, '')) });
  const choices: (Choice | false | undefined)[] = [
    answer?.rights.sign && actions.has('add_addendum') && begin('addendum', 'Add an addendum'),
    answer?.rights.sign && actions.has('correct') && begin('correction', 'Correct the report'),
    answer?.rights.sign && actions.has('sign_final') && actions.has('withdraw') && begin('report', 'Go on writing'),
    answer?.rights.critical && dialog('critical', 'Report a critical result …'),
    session.mayWrite && draftKind === 'report' && dialog('templates', 'Templates …'),
    dialog('macros', 'Macros …'),
    dialog('versions', 'Versions and differences …'),
    dialog('details', 'Priority and clinical details …'),
    session.mayWrite && dialog('discard', 'Discard the draft …'),
    answer?.rights.sign && actions.has('withdraw') && dialog('withdraw', 'Withdraw the report …'),
    dialog('help', 'Keys', '?'),
  ];
  return (
    <Menu label={t('More')} choices={choices.filter((choice): choice is Choice => Boolean(choice))}>
      <Icon name="more" />
    </Menu>
  );
}
