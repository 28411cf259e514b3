/** Which calls are declined, and which callers get the text. */
import t from 'tap';
import { CallRefuser } from '../../../../src/daemon/incoming/call-refuser.js';
import { CallRejections } from '../../../../src/daemon/incoming/call-rejections.js';
import { callEvents } from '../../../../src/protocol/events/call.js';
import type { EventData, WireEvent } from '../../../../src/protocol/events/index.js';
import { Fault } from '../../../../src/protocol/fault.js';

const HOUR = 3_600_000;
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const RINGS = callEvents.call.example as EventData<'call'>;

function refuser(textHours = 6) {
  let nowMs = Date.parse('2026-01-01T05:59:00Z');
  const sent: { to: string; key: string; atMs: number }[] = [];
  const rejected: string[] = [];
  const one = new CallRefuser({
    config: { onIncoming: 'reject', text: 'Please write.', textHours },
    feed: { subscribe() {} } as never,
    store: {
      account: { wid: '15550001111@c.us' },
      outbox: {
        withKey: (key: string) => {
          const row = sent.find((message) => message.key === key);
          return row === undefined ? null : { queuedAtMs: row.atMs };
        },
      },
    } as never,
    rejections: {
      reject: async (id) => {
        if (id === 'gone') throw new Fault('no_such_call');
        rejected.push(id);
        return { id, from: RINGS.from };
      },
    },
    send: async ({ to, key }) => sent.push({ to, key, atMs: nowMs }),
    log: QUIET,
    now: () => nowMs,
  });
  const call = (more: Partial<EventData<'call'>> = {}) =>
    one.take({
      ...{ cursor: 1, type: 'call', time: '', account: '' },
      data: { ...RINGS, timestamp: new Date(nowMs).toISOString(), ...more },
    } as WireEvent);
  return { call, sent, rejected, pass: (ms: number) => (nowMs += ms) };
}

t.test('calls of others that ring now are declined, and nothing else', async (t) => {
  const { call, sent, rejected } = refuser();
  await call({ id: 'old', timestamp: '2026-01-01T05:58:00Z' });
  await call({ id: 'own', fromMe: true });
  await call({ id: 'over', state: 'ended' });
  await call({ id: 'gone' });
  t.same([rejected, sent], [[], []]);
  await call({ id: 'group', group: true });
  t.same([rejected, sent.length], [['group'], 0], 'a group gets no text');
  await call({ id: 'ana' });
  t.same([rejected, sent.length], [['group', 'ana'], 1]);
});

t.test('a caller gets one text in the time, also across the border of two spans', async (t) => {
  const { call, sent, pass } = refuser();
  await Promise.all([call({ id: '1' }), call({ id: '2' })]);
  t.equal(sent.length, 1);
  pass(2 * 60_000);
  await call({ id: '3' });
  t.equal(sent.length, 1, 'the next span of six hours has begun');
  await call({ id: '4', from: '15550003333@c.us', sender: null });
  t.equal(sent.length, 2, 'another caller');
  pass(6 * HOUR);
  await call({ id: '5' });
  t.equal(sent.length, 3);
});

t.test('a caller whose other identity becomes known in between gets one text', async (t) => {
  const { call, sent } = refuser();
  const [number, lid] = ['15550009999@c.us', '270000000000009@lid'];
  const who = { id: number, phone: '15550009999', name: null, pushname: null };
  await call({ id: '1', from: number, sender: { ...who, lid: null } });
  await call({ id: '2', from: number, sender: { ...who, lid } });
  await call({ id: '3', from: lid, sender: { ...who, id: lid, lid } });
  t.equal(sent.length, 1);
});

t.test('two that decline the same call: the one that fails does not take the other back', async (t) => {
  const answers: ((error?: Error) => void)[] = [];
  const reject = (id: string) =>
    new Promise<{ id: string; from: string }>((resolve, reject) =>
      answers.push((error) => (error ? reject(error) : resolve({ id, from: RINGS.from }))),
    );
  const rejections = new CallRejections({ client: () => ({ calls: { reject } }) as never, ended: () => {} });
  rejections.seen(RINGS);
  const first = rejections.reject(RINGS.id, 'daemon');
  const second = rejections.reject(RINGS.id, 'request');
  answers[1]?.(new Fault('no_such_call'));
  await t.rejects(second, { message: new Fault('no_such_call').message });
  t.match(rejections.seen({ ...RINGS, state: 'ended' }), { rejectedBy: 'daemon' });
  answers[0]?.();
  await first;
});

t.test('the end of a call is reported once, with who declined it', async (t) => {
  const ended: unknown[] = [];
  let answers: () => void = () => undefined;
  const rejections = new CallRejections({
    client: () =>
      ({
        calls: {
          reject: (id: string) =>
            new Promise((resolve) => {
              answers = () => resolve({ id, from: RINGS.from });
            }),
        },
      }) as never,
    ended: (data) => ended.push(rejections.seen(data)),
  });
  const over = { ...RINGS, state: 'ended' as const };
  rejections.seen(RINGS);
  const early = rejections.reject(RINGS.id, 'request');
  t.match(rejections.seen(over), { rejectedBy: 'request' }, 'before the answer');
  answers();
  await early;
  t.same(ended, []);
  rejections.seen({ ...RINGS, id: 'B' });
  const late = rejections.reject('B', 'daemon');
  answers();
  await late;
  t.match(ended, [{ id: 'B', state: 'ended', rejectedBy: 'daemon' }], 'the page has not reported it');
  t.equal(rejections.seen({ ...over, id: 'B' }), null, 'and its own report comes too late');
  t.match(rejections.seen({ ...over, id: 'C' }), { rejectedBy: null });
});
