/** Where the words of an arrow or a text are written: at the place itself. */
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { setTextAsker } from '../cornerstone/textPrompt';
import { t } from '../domain/text';

interface Question {
  readonly initial: string;
  readonly place: { readonly left: number; readonly top: number };
  readonly done: (text: string | undefined) => void;
}

const WIDTH = 300;
const HEIGHT = 56;
const MARGIN = 8;

/** Below and beside the pointer, inside of the window. */
const placeAt = (x: number, y: number): Question['place'] => ({
  left: Math.max(MARGIN, Math.min(x + MARGIN, window.innerWidth - WIDTH - MARGIN)),
  top: Math.max(MARGIN, Math.min(y + MARGIN, window.innerHeight - HEIGHT - MARGIN)),
});

/** The question that is open: asked at the place of the pointer, one at a time. */
function useQuestion(): [Question | undefined, (text: string | undefined) => void] {
  const [question, setQuestion] = useState<Question | undefined>();
  const pointer = useRef({ x: 0, y: 0 });
  const open = useRef<Question | undefined>(undefined);
  useEffect(() => {
    const follow = ({ clientX: x, clientY: y }: PointerEvent): void => void (pointer.current = { x, y });
    setTextAsker((initial, done) => {
      open.current?.done(undefined);
      open.current = { initial, done, place: placeAt(pointer.current.x, pointer.current.y) };
      setQuestion(open.current);
    });
    document.addEventListener('pointerdown', follow, { capture: true });
    document.addEventListener('pointerup', follow, { capture: true });
    return () => {
      setTextAsker((_initial, done) => done(undefined));
      document.removeEventListener('pointerdown', follow, { capture: true });
      document.removeEventListener('pointerup', follow, { capture: true });
    };
  }, []);
  const answer = (text: string | undefined): void => {
    const { current } = open;
    open.current = undefined;
    setQuestion(undefined);
    current?.done(text);
  };
  return [question, answer];
}

function Form({ question, answer }: { readonly question: Question; readonly answer: (text: string | undefined) => void }): ReactElement {
  const form = useRef<HTMLFormElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (): void => input.current?.focus();
    focus();
    // The press that asked takes the focus away once more when it ends.
    document.addEventListener('mouseup', focus, { once: true });
    // A click elsewhere keeps what was written.
    const leave = (event: PointerEvent): void => {
      if (!form.current?.contains(event.target as Node)) answer(input.current?.value ?? '');
    };
    const timer = setTimeout(() => document.addEventListener('pointerdown', leave, { capture: true }));
    return () => {
      clearTimeout(timer);
      document.removeEventListener('mouseup', focus);
      document.removeEventListener('pointerdown', leave, { capture: true });
    };
  }, [answer]);
  const onKey = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') answer(undefined);
  };
  return (
    <form ref={form} className="text-prompt" style={question.place} data-testid="text-prompt" onSubmit={(event) => { event.preventDefault(); answer(input.current?.value ?? ''); }}>
      <input ref={input} defaultValue={question.initial} maxLength={200} aria-label={t('Text on the image')} placeholder={t('Text on the image')} autoComplete="off" onKeyDown={onKey} />
      <button type="submit" className="button">{t('Done')}</button>
    </form>
  );
}

export function TextPrompt(): ReactElement | null {
  const [question, answer] = useQuestion();
  return question ? <Form question={question} answer={answer} /> : null;
}
