/** Templates: the suggested ones first; nothing that was typed goes without a question. */
import { useState, type ReactElement } from 'react';
import type { ReportContent } from '../../domain/report/content';
import { sortTemplates, type TemplateHead } from '../../domain/report/report';
import { typedSections, withTemplate } from '../../domain/report/templates';
import { t } from '../../domain/text';
import { useReport, useSession } from './context';
import { Dialog, Problem, useCall } from './Dialog';
import { useLoaded } from './SideColumn';

const fits = ({ name, modality, body_part }: TemplateHead, words: string): boolean => words.toLowerCase().split(/\s+/).every((word) => `${name} ${modality} ${body_part}`.toLowerCase().includes(word));

interface QuestionProps {
  readonly template: ReportContent;
  readonly typed: readonly string[];
  readonly lay: (keep: boolean) => void;
  readonly back: () => void;
}

function Question({ template, typed, lay, back }: QuestionProps): ReactElement {
  return (
    <>
      <p className="dialog-text">{t('You have written in: {sections}.', { sections: typed.join(', ') })}</p>
      <p className="dialog-text">{t('With “{title}” this text can stay where it is, under its headings, or go. Undo brings it back.', { title: template.title ?? '' })}</p>
      <footer>
        <button type="button" className="button" onClick={back}>
          {t('Cancel')}
        </button>
        <button type="button" className="button" onClick={() => lay(false)}>
          {t('Replace everything')}
        </button>
        <button type="button" className="button" data-tone="primary" data-first onClick={() => lay(true)}>
          {t('Keep what I wrote')}
        </button>
      </footer>
    </>
  );
}

function TemplateList({ choose, busy }: { readonly choose: (key: string) => void; readonly busy: boolean }): ReactElement {
  const { session } = useReport();
  const { answer } = useSession();
  const [words, setWords] = useState('');
  const { modalities = [] } = answer?.study ?? {};
  const loaded = useLoaded('templates', () => session.api.templates());
  const templates = loaded && 'value' in loaded ? sortTemplates(loaded.value, modalities).filter((template) => fits(template, words)) : [];
  return (
    <>
      <input className="search" type="search" placeholder={t('Search')} aria-label={t('Search')} data-first value={words} onChange={(event) => setWords(event.target.value)} />
      {!loaded && <p className="muted">{t('Loading …')}</p>}
      {loaded && 'problem' in loaded && <Problem text={loaded.problem} />}
      <ul className="choices">
        {templates.map((template) => (
          <li key={template.key}>
            <button type="button" disabled={busy} onClick={() => choose(template.key)}>
              <span>{template.name}</span>
              <span className="muted">{[template.modality, template.body_part].filter(Boolean).join(' · ')}</span>
              {template.is_suggested && <span className="tag">{t('suggested')}</span>}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

export function TemplateDialog(): ReactElement {
  const { session, host, closeDialog } = useReport();
  const { base } = useSession();
  const [asked, setAsked] = useState<ReportContent>();
  const call = useCall();
  const current = session.content();
  const lay = (template: ReportContent, keep: boolean): void => {
    const next = keep && current ? withTemplate(current, template, base) : template;
    session.setBase(template);
    host.replace(next);
    closeDialog();
    host.begin();
  };
  const choose = async (key: string): Promise<void> => {
    if (!session.mayWrite) {
      await session.start('report', key);
      closeDialog();
      return;
    }
    const { content, name } = await session.api.template(key);
    const template = { ...content, template: key, title: content.title ?? name };
    if (current && typedSections(current, base).length > 0) setAsked(template);
    else lay(template, false);
  };
  const typed = current ? typedSections(current, base).map(({ title }) => title) : [];
  return (
    <Dialog title={t('Template')}>
      {asked ? <Question template={asked} typed={typed} lay={(keep) => lay(asked, keep)} back={() => setAsked(undefined)} /> : <TemplateList busy={call.busy} choose={(key) => void call.run(() => choose(key))} />}
      <Problem text={call.problem} />
    </Dialog>
  );
}
