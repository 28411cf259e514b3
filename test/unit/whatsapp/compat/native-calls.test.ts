/** D10: a call is reported once when it rings and once when it ends, whichever way the page takes to announce it. */
import t from 'tap';
import { nativeCalls } from '../../../../src/whatsapp/compat/d10-native-calls.js';
import { pageHere, requireFrom, setWindow } from '../../../harness/fake-page.js';

type Life = { teardown(undo: () => void): unknown };
interface Call {
  readonly id: string;
  readonly [attribute: string]: unknown;
}
const ANA = { _serialized: '15550003333@c.us' };
const CALL: Call = { id: 'C1', peerJid: ANA, isVideo: true, offerTime: 1_700_000_000 };
const RINGS = { kind: 'call', state: 'ringing', id: 'C1', from: ANA._serialized };

/** The collection of calls: a Map as its private member, and `setActiveCall` on the native stack. */
const collection = (isNative: boolean) => {
  const passed: unknown[] = [];
  const calls = {
    activeCall: null as Call | null,
    map: new Map<string, Call>(),
    ...(isNative && {
      setActiveCall(this: { activeCall: Call | null }, call: Call | null) {
        passed.push(call);
        this.activeCall = call;
        return 'result';
      },
    }),
  };
  return { calls, passed };
};

function callPage(t: Life, calls: object | null, enums?: object) {
  const reports: object[] = [];
  const modules: Record<string, unknown> = {
    ...(calls && { WAWebCallCollection: calls }),
    ...(enums && { WAWebVoipWaCallEnums: { CallState: enums } }),
  };
  const turns: (() => void)[] = [];
  const polls = new Map<number, () => void>();
  let number = 0;
  setWindow(t, {
    __wad: { report: (report: object) => reports.push(report), require: requireFrom(modules) },
    setTimeout: (run: () => void) => turns.push(run),
    setInterval: (run: () => void) => {
      number += 1;
      polls.set(number, run);
      return number;
    },
    clearInterval: (id: number) => polls.delete(id),
  });
  /** What is reported after the page's current turn. */
  const reported = (): object[] => {
    for (const run of turns.splice(0)) run();
    return reports.splice(0);
  };
  const poll = () => {
    for (const run of [...polls.values()]) run();
  };
  return { reported, poll, polls, modules, reports };
}

t.test('a call of the native stack is reported with its details, after the turn that set them', async (t) => {
  const { calls, passed } = collection(true);
  const { reported, reports } = callPage(t, calls);
  t.equal(await nativeCalls.apply(pageHere()), 'patched');
  const call: Record<string, unknown> & { id: string } = { ...CALL, isVideo: false };
  t.equal(calls.setActiveCall?.(call), 'result');
  t.same(reports, []);
  call.isVideo = true;
  t.same(reported(), [{ ...RINGS, video: true, group: false, offeredAt: 1_700_000_000 }]);
  calls.setActiveCall?.(null);
  t.match(reported(), [{ kind: 'call', state: 'ended', id: 'C1' }]);
  t.same(passed, [call, null], 'the page gets each call as well');
});

t.test('a second call ends the first one; the same call again is not reported', async (t) => {
  const { calls } = collection(true);
  const { reported } = callPage(t, calls);
  await nativeCalls.apply(pageHere());
  calls.setActiveCall?.(CALL);
  t.match(reported(), [{ state: 'ringing', id: 'C1' }]);
  calls.setActiveCall?.(CALL);
  t.same(reported(), []);
  calls.setActiveCall?.({ ...CALL, id: 'C2', isVideo: false, isGroup: true, offerTime: 0, peerJid: 'x@lid' });
  const second = { video: false, group: true, offeredAt: null, from: 'x@lid' };
  t.match(reported(), [
    { state: 'ended', id: 'C1' },
    { state: 'ringing', id: 'C2', ...second },
  ]);
});

t.test('a call that is announced in both ways is reported once', async (t) => {
  const { calls } = collection(true);
  const { reported } = callPage(t, calls);
  await nativeCalls.apply(pageHere());
  calls.map.set('C1', CALL);
  calls.setActiveCall?.(CALL);
  t.equal(reported().length, 1);
  calls.map.delete('C1');
  calls.setActiveCall?.(null);
  t.match(reported(), [{ state: 'ended' }]);
  t.equal(calls.map.size, 0);
});

t.test('the older stack keeps its way: only its Map is observed', async (t) => {
  const { calls } = collection(false);
  const { reported } = callPage(t, calls);
  t.equal(await nativeCalls.apply(pageHere()), 'native');
  calls.map.set('C1', CALL);
  t.equal(calls.map.get('C1'), CALL);
  t.match(reported(), [RINGS]);
  calls.map.delete('unknown');
  t.same(reported(), []);
});

const STATES = { ReceivedCall: 3, Active: 6 };
for (const [name, change, enums, rings] of [
  ['of ours', { outgoing: true }, STATES, false],
  ['in a ringing state, as a number', { getState: () => 3 }, STATES, true],
  ['in a ringing state, as a word', { getState: () => 'INCOMING_RING' }, undefined, true],
  ['that was answered', { getState: () => 6 }, STATES, false],
  ['whose state cannot be read', { getState: () => JSON.parse('x') }, STATES, true],
] as const)
  t.test(`a call ${name} ${rings ? 'is' : 'is not'} reported`, async (t) => {
    const { calls } = collection(true);
    const { reported } = callPage(t, calls, enums);
    await nativeCalls.apply(pageHere());
    calls.setActiveCall?.({ ...CALL, ...change });
    t.equal(reported().length, rings ? 1 : 0);
    calls.setActiveCall?.(null);
    t.equal(reported().length, rings ? 1 : 0, 'and its end likewise');
  });

t.test('a bundle that loads later is observed then, and polled for no longer', async (t) => {
  const { calls } = collection(true);
  const { reported, poll, polls, modules } = callPage(t, null);
  t.equal(await nativeCalls.apply(pageHere()), 'native');
  poll();
  t.equal(polls.size, 1);
  modules.WAWebCallCollection = calls;
  poll();
  t.equal(polls.size, 0);
  calls.setActiveCall?.(CALL);
  t.match(reported(), [RINGS]);
});

t.test('applied again, it observes nothing twice, also while the bundle is still missing', async (t) => {
  for (const isLate of [false, true]) {
    const { calls } = collection(true);
    const { reported, poll, polls, modules } = callPage(t, isLate ? null : calls);
    await nativeCalls.apply(pageHere());
    await nativeCalls.apply(pageHere());
    modules.WAWebCallCollection = calls;
    poll();
    t.equal(polls.size, 0);
    calls.setActiveCall?.(CALL);
    t.equal(reported().length, 1, isLate ? 'late' : 'at once');
  }
});

t.test('a collection without calls, and a document without marks, are named as failures', async (t) => {
  callPage(t, {});
  t.equal(await nativeCalls.apply(pageHere()), 'failed: WAWebCallCollection keeps no calls');
  setWindow(t, {});
  t.equal(await nativeCalls.apply(pageHere()), 'failed: the document has no marks');
});
