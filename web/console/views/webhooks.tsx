// The webhooks of an account, with their dead letters.
import type { Answered } from '../../../src/protocol/types.js';
import { Refusal } from '../http/refusal.js';
import { useAction } from '../live/use-action.js';
import { ofTypes, useAnswer } from '../live/use-answer.js';
import { Ago } from '../parts/ago.js';
import { Badge } from '../parts/badge.js';
import { List } from '../parts/list.js';
import { Outcome } from '../parts/outcome.js';
import { Problem } from '../parts/problem.js';
import { useSession } from '../session/session.js';
import { clock } from '../words/format.js';
import type { Labelled } from '../words/states.js';
import { DeadLetters } from './dead-letters.js';

type Webhook = Answered<'webhook.list'>['webhooks'][number];

const WORDS: Readonly<Record<Webhook['state'], Labelled>> = {
  idle: ['good', 'Up to date'],
  delivering: ['busy', 'Delivering'],
  waiting: ['bad', 'Waiting to retry'],
};

export function Webhooks({ account }: { readonly account: string }) {
  const { api } = useSession();
  const { value, error, again } = useAnswer(
    account,
    '',
    ofTypes('message', 'message.ack', 'state', 'alert'),
    (signal) => api.call(account, 'webhook.list', {}, signal),
  );
  return (
    <>
      <Problem error={error} />
      {value?.webhooks.length === 0 && (
        <p>This account has no webhook. Webhooks are set in its configuration.</p>
      )}
      {value?.webhooks.map((webhook) => (
        <Card key={webhook.name} account={account} webhook={webhook} again={again} />
      ))}
    </>
  );
}

interface Props {
  readonly account: string;
  readonly webhook: Webhook;
  readonly again: () => void;
}

function Card({ account, webhook, again }: Props) {
  const { api, may } = useSession();
  const action = useAction();
  const { name, url, format, types, state, behind, nextAttemptAt, lastError, deliveredAt, dead } = webhook;
  const test = () =>
    action.run(async () => {
      const { taken, status, says, ms } = await api.call(account, 'webhook.test', { name });
      again();
      if (!taken) throw new Refusal(0, { kind: null, reason: `Not accepted: ${says}`, hint: null });
      return `The receiver accepted the test in ${ms} ms (${status}).`;
    });
  const redrive = () =>
    action.run(async () => {
      const { taken, left, says } = await api.call(account, 'webhook.redrive', { name });
      again();
      return `${taken} accepted, ${left} left${says === null ? '.' : `: ${says}`}`;
    });
  return (
    <section aria-labelledby={`webhook-${name}`}>
      <h2 id={`webhook-${name}`}>{name}</h2>
      <p class="state">
        <Badge is={WORDS[state] ?? ['wait', state]} />
        {lastError !== null && <span>{lastError}</span>}
      </p>
      <List
        of={[
          ['Address', <code key="url">{url}</code>],
          ['Format', format],
          ['Events', types.length === 0 ? 'all' : types.join(', ')],
          ['Behind', behind === 0 ? '0 events' : `${behind} events`],
          ['Next attempt', nextAttemptAt === null ? null : clock(nextAttemptAt)],
          ['Last delivery', deliveredAt === null ? null : <Ago key="ago" at={deliveredAt} />],
          ['Dead letters', String(dead)],
        ]}
      />
      <div class="row">
        {may('webhook.test') && (
          <button type="button" class="quiet" disabled={action.busy} onClick={test}>
            Send a test<span class="visually-hidden"> to {name}</span>
          </button>
        )}
        {may('webhook.redrive') && dead > 0 && (
          <button type="button" class="quiet" disabled={action.busy} onClick={redrive}>
            Post the dead letters again<span class="visually-hidden"> to {name}</span>
          </button>
        )}
      </div>
      <Outcome of={action} />
      {dead > 0 && <DeadLetters account={account} name={name} dead={dead} />}
    </section>
  );
}
