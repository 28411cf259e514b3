// Messages on their way out, and what became of them.
import { useState } from 'preact/hooks';
import type { SendState } from '../../../src/protocol/state.js';
import type { QueuedMessage } from '../../../src/protocol/types.js';
import { useAction } from '../live/use-action.js';
import { ofTypes, useAnswer } from '../live/use-answer.js';
import { Ago } from '../parts/ago.js';
import { Badge } from '../parts/badge.js';
import { Outcome } from '../parts/outcome.js';
import { Problem } from '../parts/problem.js';
import { linkTo } from '../route.js';
import { useSession } from '../session/session.js';
import { clock, person } from '../words/format.js';
import { sendWords, waitWords } from '../words/states.js';

/** What the list can be narrowed to. */
const CHOICES: Readonly<Record<string, readonly SendState[]>> = {
  'On their way': ['queued', 'sending', 'unknown'],
  Unknown: ['unknown'],
  Failed: ['failed', 'expired'],
  Sent: ['sent', 'delivered', 'read'],
  Cancelled: ['cancelled'],
};
const LIMIT = 100;

export function Queue({ account }: { readonly account: string }) {
  const { api, live } = useSession();
  const action = useAction();
  const [choice, setChoice] = useState('On their way');
  const { value, error, again } = useAnswer(
    account,
    choice,
    ofTypes('message', 'message.ack', 'state'),
    (signal) =>
      api.call(account, 'outbox.list', { states: [...(CHOICES[choice] ?? [])], limit: LIMIT }, signal),
  );
  const does = (act: () => Promise<string>) =>
    action.run(async () => {
      const says = await act();
      again();
      live.refresh();
      return says;
    });
  return (
    <section aria-labelledby="queue">
      <h2 id="queue">Queue</h2>
      <p class="row">
        <label for="choice">Show</label>
        <select id="choice" value={choice} onChange={(event) => setChoice(event.currentTarget.value)}>
          {Object.keys(CHOICES).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button type="button" class="quiet" onClick={again}>
          Read again
        </button>
      </p>
      <Outcome of={action} />
      <Problem error={error} />
      <p role="status" class="quiet-text">
        {value !== null && count(value.messages.length, value.next !== null)}
      </p>
      {value !== null && value.messages.length > 0 && (
        <table class="stacked" aria-labelledby="queue">
          <thead>
            <tr>
              <th scope="col">To</th>
              <th scope="col">State</th>
              <th scope="col" class="wide">
                Kind
              </th>
              <th scope="col" class="number wide">
                Age
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {value.messages.map((message) => (
              <Row key={message.id} account={account} message={message} busy={action.busy} does={does} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface RowProps {
  readonly account: string;
  readonly message: QueuedMessage;
  readonly busy: boolean;
  readonly does: (act: () => Promise<string>) => void;
}

function Row({ account, message, busy, does }: RowProps) {
  const { api, may } = useSession();
  const { id, to, state, kind, waitsFor, nextAt, queuedAt, error } = message;
  const resolve = (as: 'sent' | 'failed' | 'again', says: string) =>
    does(async () => {
      await api.call(account, 'outbox.resolve', { id, as });
      return says;
    });
  return (
    <tr>
      <th scope="row">
        <a href={linkTo(account, 'chats', to)}>{person(to)}</a>
      </th>
      <td>
        <Badge is={sendWords(state)} />
        {waitsFor !== null && <span class="below">{waitWords(waitsFor)}</span>}
        {nextAt !== null && <span class="below">not before {clock(nextAt)}</span>}
        {error !== null && <span class="below warn">{error.reason}</span>}
      </td>
      <td class="wide">{kind}</td>
      <td class="number wide">
        <Ago at={queuedAt} />
      </td>
      <td class="row">
        {state === 'queued' && may('outbox.cancel') && (
          <button
            type="button"
            class="quiet"
            disabled={busy}
            onClick={() =>
              does(async () => {
                await api.call(account, 'outbox.cancel', { id });
                return `The message to ${person(to)} is cancelled.`;
              })
            }
          >
            Cancel<span class="visually-hidden"> the message to {person(to)}</span>
          </button>
        )}
        {state === 'unknown' && may('outbox.resolve') && (
          <>
            <button
              type="button"
              class="quiet"
              disabled={busy}
              onClick={() => resolve('sent', 'Marked as sent.')}
            >
              It was sent
            </button>
            <button
              type="button"
              class="quiet"
              disabled={busy}
              onClick={() => resolve('failed', 'Marked as failed.')}
            >
              It was not
            </button>
            <button
              type="button"
              class="quiet"
              disabled={busy}
              onClick={() => resolve('again', 'It goes out again.')}
            >
              Send again
            </button>
          </>
        )}
      </td>
    </tr>
  );
}

const count = (n: number, more: boolean): string =>
  n === 0 ? 'No messages.' : `${more ? 'The newest ' : ''}${n} ${n === 1 ? 'message' : 'messages'}.`;
