/** Signing: what the checks say, as what, and with whose password. */
import { useState, type ReactElement, type SubmitEvent } from 'react';
import { CallError } from '../../api/reports';
import { asksDiscrepancy, isBlocking, maySign, type Finding } from '../../domain/report/report';
import { t } from '../../domain/text';
import { Icon } from '../icons';
import { addressOf, useReport, useSession } from './context';
import { Dialog, Problem, useCall } from './Dialog';
import { statusName } from './Header';
import { useLoaded } from './SideColumn';

type Kind = 'preliminary' | 'final';

interface FindingRowProps {
  readonly finding: Finding;
  readonly overruled: boolean;
  readonly overrule: (on: boolean) => void;
}

function FindingRow({ finding, overruled, overrule }: FindingRowProps): ReactElement {
  const { host, closeDialog } = useReport();
  const show = (): void => {
    closeDialog();
    setTimeout(() => (finding.code === 'unresolved-field' ? host.goToField() : host.goToKey(finding.section)));
  };
  const blocking = isBlocking(finding);
  return (
    <li className="finding" data-blocking={blocking}>
      {blocking ? (
        <p>
          <Icon name="warning" size={16} />
          <span>{finding.message}</span>
        </p>
      ) : (
        <label>
          <input type="checkbox" checked={overruled} onChange={(event) => overrule(event.target.checked)} />
          <span>
            {finding.message} <em>{t('I have looked at this: sign nevertheless.')}</em>
          </span>
        </label>
      )}
      {finding.section && (
        <button type="button" className="link" onClick={show}>
          {t('Go there')}
        </button>
      )}
    </li>
  );
}

interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly value: Value | '';
  readonly choices: readonly (readonly [Value, string])[];
  readonly choose: (value: Value) => void;
}

function Segments<Value extends string>({ label, value, choices, choose }: SegmentsProps<Value>): ReactElement {
  return (
    <fieldset className="segments">
      <legend>{label}</legend>
      {choices.map(([name, text]) => (
        <label key={name}>
          <input type="radio" name={label} checked={value === name} onChange={() => choose(name)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

const KINDS: readonly (readonly [Kind, string])[] = [
  ['final', 'Final'],
  ['preliminary', 'Preliminary'],
];
const DISCREPANCIES = [
  ['none', 'None'],
  ['minor', 'Minor'],
  ['major', 'Major'],
] as const;

function titleOf(draftKind: string): string {
  if (draftKind === 'addendum') return t('Sign the addendum');
  return draftKind === 'correction' ? t('Sign the correction') : t('Sign the report');
}

function useFindings(): { readonly findings: readonly Finding[] | undefined; readonly problem: string; readonly replace: (findings: readonly Finding[]) => void } {
  const { session } = useReport();
  const [newer, setNewer] = useState<readonly Finding[]>();
  const loaded = useLoaded('checks', async () => {
    const content = session.content();
    return content ? session.api.checks(content) : [];
  });
  const first = loaded && 'value' in loaded ? loaded.value : undefined;
  return { findings: newer ?? first, problem: loaded && 'problem' in loaded ? loaded.problem : '', replace: setNewer };
}

function Checks({ findings, overruled, setOverruled }: { readonly findings: readonly Finding[] | undefined; readonly overruled: ReadonlySet<string>; readonly setOverruled: (codes: ReadonlySet<string>) => void }): ReactElement {
  if (!findings) return <p className="muted">{t('Looking through the report …')}</p>;
  if (findings.length === 0)
    return (
      <p className="all-clear">
        <Icon name="check" size={16} />
        {t('The checks found nothing.')}
      </p>
    );
  const overrule = (code: string) => (on: boolean) => setOverruled(new Set(on ? [...overruled, code] : [...overruled].filter((one) => one !== code)));
  return (
    <ul className="findings" data-testid="findings">
      {findings.toSorted((a, b) => Number(isBlocking(b)) - Number(isBlocking(a))).map((finding, index) => (
        <FindingRow key={`${finding.code}-${index}`} finding={finding} overruled={overruled.has(finding.code)} overrule={overrule(finding.code)} />
      ))}
    </ul>
  );
}

interface Answers {
  readonly kind: Kind;
  readonly overruled: ReadonlySet<string>;
  readonly discrepancy: '' | 'none' | 'minor' | 'major';
  readonly reason: string;
  readonly password: string;
}

const UNANSWERED: Answers = { kind: 'final', overruled: new Set(), discrepancy: '', reason: '', password: '' };

interface PartProps {
  readonly answers: Answers;
  readonly change: (change: Partial<Answers>) => void;
}

/** As what it is signed, and what that kind of signature wants to know. */
function SignAs({ answers, change }: PartProps): ReactElement | null {
  const { answer, draftKind } = useSession();
  if (draftKind === 'addendum' || !answer) return null;
  if (draftKind === 'correction')
    return (
      <label className="line">
        {t('Why the report is corrected')}
        <input required maxLength={500} value={answers.reason} onChange={(event) => change({ reason: event.target.value })} />
      </label>
    );
  return (
    <>
      <Segments label={t('Sign as')} value={answers.kind} choices={KINDS.map(([name, text]) => [name, t(text)] as const)} choose={(kind) => change({ kind })} />
      {asksDiscrepancy(answer.report, answers.kind) && (
        <Segments label={t('How far it differs from the preliminary report')} value={answers.discrepancy} choices={DISCREPANCIES.map(([name, text]) => [name, t(text)] as const)} choose={(discrepancy) => change({ discrepancy })} />
      )}
    </>
  );
}

/** Sign with these answers; what the checks then find takes the place of what they found before. */
function useSigning(answers: Answers, change: (change: Partial<Answers>) => void, replace: (findings: readonly Finding[]) => void): () => Promise<void> {
  const { session } = useReport();
  const { kind, password, overruled, discrepancy, reason } = answers;
  return async () => {
    try {
      await session.sign({ kind, password, overruled: [...overruled], ...(discrepancy ? { discrepancy } : {}), ...(reason ? { reason } : {}) });
    } catch (error) {
      if (error instanceof CallError && error.code === 'checks') replace(error.body.findings as Finding[]);
      change({ password: '' });
      throw error;
    }
  };
}

function useIsAnswered({ kind, overruled, discrepancy, password }: Answers, findings: readonly Finding[] | undefined): boolean {
  const { answer } = useSession();
  if (!findings || !answer || !maySign(findings, overruled) || password === '') return false;
  return !asksDiscrepancy(answer.report, kind) || discrepancy !== '';
}

function SignForm({ done }: { readonly done: () => void }): ReactElement {
  const { closeDialog } = useReport();
  const { findings, problem, replace } = useFindings();
  const [answers, setAnswers] = useState(UNANSWERED);
  const change = (part: Partial<Answers>): void => setAnswers((before) => ({ ...before, ...part }));
  const call = useCall();
  const sign = useSigning(answers, change, replace);
  const ready = useIsAnswered(answers, findings);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (ready) void call.run(sign).then((signed) => signed && done());
  };
  return (
    <form onSubmit={submit}>
      <Checks findings={findings} overruled={answers.overruled} setOverruled={(overruled) => change({ overruled })} />
      <SignAs answers={answers} change={change} />
      <label className="line">
        {t('Your password')}
        <input type="password" autoComplete="current-password" required data-first value={answers.password} onChange={(event) => change({ password: event.target.value })} />
      </label>
      <Problem text={call.problem || problem} />
      <footer>
        <button type="button" className="button" onClick={closeDialog}>
          {t('Go on writing')}
        </button>
        <button type="submit" className="button" data-tone="primary" disabled={!ready || call.busy}>
          {call.busy ? t('Signing …') : t('Sign')}
        </button>
      </footer>
    </form>
  );
}

function Signed(): ReactElement {
  const services = useReport();
  const { answer } = useSession();
  const [none, setNone] = useState(false);
  const call = useCall();
  const next = async (): Promise<void> => {
    const uid = await services.session.api.claimNext();
    if (uid === undefined) setNone(true);
    else window.location.assign(addressOf(services, uid));
  };
  const last = answer?.report.versions.at(-1);
  return (
    <>
      <p className="all-clear">
        <Icon name="check" size={18} />
        {t('Signed by {name}. The report is now: {status}.', { name: last?.signed_name ?? '', status: statusName(answer?.report.status ?? '') })}
      </p>
      {none && <p className="muted">{t('Nothing else is waiting for you.')}</p>}
      <Problem text={call.problem} />
      <footer>
        <a className="button" href={services.config.worklistURL}>
          {t('Worklist')}
        </a>
        <button type="button" className="button" onClick={services.closeDialog}>
          {t('Stay here')}
        </button>
        <button type="button" className="button" data-tone="primary" data-first disabled={call.busy || none} onClick={() => void call.run(next)}>
          {t('Open next')}
        </button>
      </footer>
    </>
  );
}

export function SignDialog(): ReactElement {
  const { draftKind } = useSession();
  const [title] = useState(() => titleOf(draftKind));
  const [done, setDone] = useState(false);
  return <Dialog title={done ? t('Signed') : title}>{done ? <Signed /> : <SignForm done={() => setDone(true)} />}</Dialog>;
}
