// Asks for the token.
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Refusal } from '../http/refusal.js';
import { Problem } from '../parts/problem.js';

interface Props {
  readonly error: Refusal | null;
  readonly onToken: (token: string) => void;
}

export function Login({ error, onToken }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Log in – WhatsApp accounts';
    input.current?.focus();
  }, []);
  useEffect(() => {
    if (error !== null) input.current?.focus();
  }, [error]);
  const submit = (event: Event) => {
    event.preventDefault();
    const token = input.current?.value.trim() ?? '';
    if (input.current !== null) input.current.value = '';
    if (token !== '') onToken(token);
  };
  return (
    <main class="narrow">
      <h1>WhatsApp accounts</h1>
      <section aria-labelledby={`${id}-title`}>
        <h2 id={`${id}-title`}>Log in with a token</h2>
        <p>
          <code>wactl token create</code> makes one on the machine. It is kept until this tab is closed.
        </p>
        <form class="row" onSubmit={submit}>
          <label for={id}>Token</label>
          <input ref={input} id={id} type="password" autocomplete="off" spellcheck={false} required />
          <button type="submit">Log in</button>
        </form>
        <Problem error={error} />
      </section>
    </main>
  );
}
