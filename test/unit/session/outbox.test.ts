/** The state of an outgoing message never moves back, whatever arrives late, twice or out of order (H23). */
import t from 'tap';
import { SEND_STATES, type SendState } from '../../../src/protocol/state.js';
import { advance, hasReached, isEnded, isTaken, type SendEvent } from '../../../src/session/outbox.js';

const ack = (n: number): SendEvent => ({ type: 'ack', ack: n });
const accepted = (n: number): SendEvent => ({ type: 'accepted', ack: n });
const submit: SendEvent = { type: 'submit' };
const lost: SendEvent = { type: 'lost' };
const absent: SendEvent = { type: 'absent' };
const returned: SendEvent = { type: 'returned' };

const ROWS: readonly (readonly [about: string, from: SendState, event: SendEvent, to: SendState])[] = [
  ['its turn comes', 'queued', submit, 'sending'],
  ['the page has it', 'sending', accepted(0), 'sending'],
  ['the page has it, and the server too', 'sending', accepted(1), 'sent'],
  ['the server has it', 'sending', ack(1), 'sent'],
  ['the phone has it', 'sent', ack(2), 'delivered'],
  ['a person has read it', 'delivered', ack(3), 'read'],
  ['a voice message was played', 'delivered', ack(4), 'read'],
  ['an earlier ack is missing', 'sending', ack(3), 'read'],
  ['the library answers after the ack', 'delivered', accepted(0), 'delivered'],
  ['doubled', 'sent', ack(1), 'sent'],
  ['out of order', 'delivered', ack(1), 'delivered'],
  ['late', 'read', ack(2), 'read'],
  [`the page reports "pending" after the server's ack`, 'sent', ack(0), 'sent'],
  ['an ack before the turn', 'queued', ack(1), 'sent'],
  ['the turn comes after the ack', 'sent', submit, 'sent'],
  ['refused', 'sending', ack(-1), 'failed'],
  ['refused, as the page shows it', 'sending', accepted(-1), 'failed'],
  ['refused after the server had it', 'sent', ack(-1), 'sent'],
  ['refused after delivery', 'delivered', ack(-1), 'delivered'],
  ['the page never had it', 'sending', absent, 'failed'],
  ['the page no longer has it, after the server had it', 'sent', absent, 'sent'],
  ['the page has ended', 'sending', lost, 'unknown'],
  ['the page has ended after the ack', 'sent', lost, 'sent'],
  ['no page to hand it to', 'sending', returned, 'queued'],
  ['no page again, for an unknown outcome', 'unknown', returned, 'unknown'],
  ['an ack arrived although there was no page', 'sent', returned, 'sent'],
  ['the page ended twice', 'unknown', lost, 'unknown'],
  ['found after a crash, not yet sent', 'unknown', accepted(0), 'sending'],
  ['found after a crash, sent', 'unknown', accepted(1), 'sent'],
  ['found after a crash, read', 'unknown', accepted(3), 'read'],
  ['found after a crash, refused', 'unknown', accepted(-1), 'failed'],
  ['not found after a crash, and sent again', 'unknown', submit, 'sending'],
  ['not found, and not sent again', 'unknown', absent, 'failed'],
  ['an ack for an unknown outcome', 'unknown', ack(1), 'sent'],
  ['the page has it again', 'unknown', ack(0), 'sending'],
  ['refused while the outcome is unknown', 'unknown', ack(-1), 'failed'],
];

t.test('each event moves a message to the expected state', (t) => {
  for (const [about, from, event, to] of ROWS)
    t.equal(advance(from, event), to, `${about}: ${from} + ${JSON.stringify(event)}`);
  t.end();
});

const EVENTS = [submit, lost, absent, returned, ...[-1, 0, 1, 2, 3, 4].flatMap((n) => [ack(n), accepted(n)])];

t.test('a final state does not change, and a message that the server has is never in doubt', (t) => {
  for (const from of SEND_STATES)
    for (const event of EVENTS) {
      const to = advance(from, event);
      const name = `${from} + ${JSON.stringify(event)} → ${to}`;
      if (isEnded(from)) t.equal(to, from, name);
      if (isTaken(from)) t.ok(isTaken(to), name);
      const isBack = from === 'sending' && event.type === 'returned';
      t.notOk(from !== 'queued' && to === 'queued' && !isBack, name);
    }
  t.end();
});

t.test('the order of acks does not change the final state', (t) => {
  const orders = <T>(items: readonly T[]): T[][] =>
    items.length < 2
      ? [[...items]]
      : items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
  for (const order of orders([accepted(0), ack(1), ack(2), ack(2), ack(3)]))
    t.equal(order.reduce<SendState>(advance, 'sending'), 'read', JSON.stringify(order));
  t.end();
});

t.test('the progress of a message is compared with a requested state', (t) => {
  const reached = (state: SendState) =>
    (['sent', 'delivered', 'read'] as const).filter((goal) => hasReached(state, goal)).join(' ');
  t.same(Object.fromEntries(SEND_STATES.map((state) => [state, reached(state)])), {
    ...{ queued: '', sending: '', unknown: '', failed: '', expired: '', cancelled: '' },
    ...{ sent: 'sent', delivered: 'sent delivered', read: 'sent delivered read' },
  });
  t.end();
});
