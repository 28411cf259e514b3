// The steps when WhatsApp asks for the passkey of the account. Only a browser on WhatsApp's own site can answer, so
// the request goes there as a snippet, and the answer comes back by the clipboard.
import { useId, useRef } from 'preact/hooks';
import { PASSKEY_ORIGIN, type PasskeyOptions, passkeySnippet } from '../../../src/protocol/passkey.js';
import type { Asked } from '../../../src/protocol/types.js';
import { Refusal } from '../http/refusal.js';
import { useAction } from '../live/use-action.js';
import { ofTypes, useAnswer } from '../live/use-answer.js';
import { Outcome } from '../parts/outcome.js';
import { Problem } from '../parts/problem.js';
import { useSession } from '../session/session.js';
import { clock } from '../words/format.js';

type Credential = NonNullable<Asked<'session.answerPasskey'>['credential']>;

/** How long to wait for the verdict of WhatsApp. */
const VERDICT_MS = 30_000;
const VERDICTS = {
  linked: 'WhatsApp accepted the answer; the phone is linked.',
  goes_on: 'WhatsApp accepted the answer and continues.',
  refused: 'WhatsApp did not accept the answer. Scan a new code to try again.',
};

export function Passkey({ account }: { readonly account: string }) {
  const { api } = useSession();
  const action = useAction();
  const id = useId();
  const input = useRef<HTMLTextAreaElement>(null);
  const { value, error } = useAnswer(account, 'passkey', ofTypes('state'), (signal) =>
    api.call(account, 'session.passkey', {}, signal),
  );
  const answer = (given: { credential: Credential } | { refuse: true }) =>
    action.run(async () => {
      const params = { ...given, waitMs: VERDICT_MS };
      return VERDICTS[(await api.call(account, 'session.answerPasskey', params)).verdict];
    });
  const submit = (event: Event) => {
    event.preventDefault();
    const text = input.current?.value ?? '';
    action.run(async () => {
      const params = { credential: parsed(text), waitMs: VERDICT_MS };
      return VERDICTS[(await api.call(account, 'session.answerPasskey', params)).verdict];
    });
  };
  if (value === null) return <Problem error={error} />;
  const snippet = value.options === null ? '' : passkeySnippet(value.options as unknown as PasskeyOptions);
  return (
    <section aria-labelledby="passkey">
      <h2 id="passkey">WhatsApp asks for the passkey of the account</h2>
      {value.expiresAt !== null && <p>It waits until {clock(value.expiresAt)}.</p>}
      <ol>
        <li>
          Open{' '}
          <a href={PASSKEY_ORIGIN} target="_blank" rel="noreferrer">
            {PASSKEY_ORIGIN}
          </a>{' '}
          in a browser that has the passkey, or with the phone nearby. You need not be signed in there.
        </li>
        <li>
          Copy this text, open the console of that page (F12, Console), and paste it.
          <p>
            <button
              type="button"
              onClick={() =>
                action.run(async () => {
                  await navigator.clipboard.writeText(snippet);
                  return 'Copied.';
                })
              }
            >
              Copy the text
            </button>
          </p>
          <details>
            <summary>Show the text</summary>
            <textarea readOnly rows={8} aria-label="Text for the console" value={snippet} />
          </details>
        </li>
        <li>Press the button that appears there, and confirm on the device that has the passkey.</li>
        <li>Copy the answer, one line of JSON, and paste it here.</li>
      </ol>
      <form onSubmit={submit}>
        <label for={id}>Answer</label>
        <textarea ref={input} id={id} rows={4} spellcheck={false} required />
        <div class="row">
          <button type="submit" disabled={action.busy}>
            Send the answer
          </button>
          <button type="button" class="quiet" disabled={action.busy} onClick={() => answer({ refuse: true })}>
            Refuse the request
          </button>
        </div>
      </form>
      <Outcome of={action} />
    </section>
  );
}

/** The gateway checks the fields. @throws Refusal */
function parsed(text: string): Credential {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'response' in value) return value as Credential;
  } catch {
    // Said below.
  }
  const reason = 'This is not the answer of the browser; copy the whole line, from { to }.';
  throw new Refusal(0, { kind: null, reason, hint: null });
}
