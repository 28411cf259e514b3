// Links a phone by a code that a person types on it.
import { useId, useRef, useState } from 'preact/hooks';
import type { Answered } from '../../../src/protocol/types.js';
import { useAction } from '../live/use-action.js';
import { Outcome } from '../parts/outcome.js';
import { useSession } from '../session/session.js';
import { clock } from '../words/format.js';

export function Pairing({ account }: { readonly account: string }) {
  const { api } = useSession();
  const action = useAction();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [code, setCode] = useState<Answered<'session.pair'> | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    setCode(null);
    action.run(async () =>
      setCode(await api.call(account, 'session.pair', { number: input.current?.value ?? '' })),
    );
  };
  return (
    <section aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Or type a code on the phone</h2>
      <p>
        Without a camera: on the phone choose <b>Link with phone number instead</b>, and type the code that
        appears here.
      </p>
      <form class="row" onSubmit={submit}>
        <label for={id}>Number of the phone, with its country code</label>
        <input ref={input} id={id} type="tel" autocomplete="off" placeholder="+1 555 000 1111" required />
        <button type="submit" disabled={action.busy}>
          Get a code
        </button>
      </form>
      <div role="status">
        {code !== null && (
          <>
            <p class="code">{`${code.code.slice(0, 4)}-${code.code.slice(4)}`}</p>
            <p>Good until {clock(code.expiresAt)}.</p>
          </>
        )}
      </div>
      <Outcome of={action} />
    </section>
  );
}
