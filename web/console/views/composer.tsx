// Writes a message, with or without a file.
import { useId, useMemo, useRef, useState } from 'preact/hooks';
import { useAction } from '../live/use-action.js';
import { Outcome } from '../parts/outcome.js';
import { useSession } from '../session/session.js';
import { bytes } from '../words/format.js';
import { Draft } from './draft.js';

interface Props {
  readonly account: string;
  readonly to: string;
  readonly onSent: () => void;
}

export function Composer({ account, to, onSent }: Props) {
  const { api } = useSession();
  const action = useAction();
  const id = useId();
  const [text, setText] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const draft = useMemo(() => new Draft(api, account, to), [api, account, to]);

  const choose = (chosen: File | null) => {
    setFile(chosen);
    if (chosen === null && chooser.current !== null) chooser.current.value = '';
  };
  const send = () => {
    if (text.trim() === '' && file === null) return;
    action.run(async () => {
      await draft.send(text, file);
      setText('');
      choose(null);
      onSent();
      box.current?.focus();
    });
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label for={id}>Message</label>
      <textarea
        ref={box}
        id={id}
        rows={2}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          // Enter that ends an input method's composition is not the end of the message.
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
        aria-describedby={`${id}-help`}
      />
      <p id={`${id}-help`} class="quiet-text">
        Enter sends, Shift and Enter begin a new line.
      </p>
      <div class="row">
        <label for={`${id}-file`} class="visually-hidden">
          File
        </label>
        <input
          ref={chooser}
          id={`${id}-file`}
          type="file"
          onChange={(event) => choose(event.currentTarget.files?.[0] ?? null)}
        />
        {file !== null && (
          <button type="button" class="quiet" onClick={() => choose(null)}>
            Remove <bdi>{file.name}</bdi> ({bytes(file.size)})
          </button>
        )}
        <button type="submit" disabled={action.busy}>
          {action.busy ? 'Sending…' : 'Send'}
        </button>
      </div>
      <Outcome of={action} />
    </form>
  );
}
