/** Accounts that a drain has given away: which are awaited, and until when. */
import t from 'tap';
import { type Arrival, Handovers } from '../../../src/agent/handovers.js';
import type { AccountState } from '../../../src/fleet/account-state.js';

const READY: AccountState = { state: 'ready', isWell: true };
const STARTING: AccountState = { state: 'starting', isWell: false };
const SILENT: AccountState = { state: null, isWell: false };

function world() {
  const states = new Map<string, AccountState>();
  const places = new Map<string, Arrival>();
  const lines: unknown[] = [];
  const clock = { nowMs: 0 };
  let changes = 0;
  const note = (event: string, fields: object = {}): void => void lines.push({ event, ...fields });
  const handovers = new Handovers({
    stateOf: async (account) => states.get(account) ?? SILENT,
    now: () => clock.nowMs,
    log: { debug: note, info: note, warn: note, error: note },
    changed: () => {
      changes += 1;
    },
  });
  const looks = async (): Promise<string[]> => {
    handovers.look((account) => places.get(account) ?? 'leaving');
    // The answers of this fake come in the same turn.
    await new Promise(setImmediate);
    return [...handovers.awaited];
  };
  return { states, places, lines, clock, handovers, looks, changes: () => changes };
}

t.test('an account that was ready is awaited until it is ready on another machine', async (t) => {
  const { states, places, handovers, looks, changes } = world();
  states.set('shop', READY);
  await handovers.begin('shop');
  t.same(await looks(), ['shop'], 'what answers is this machine still');
  states.set('shop', STARTING);
  places.set('shop', 'there');
  t.same(await looks(), ['shop']);
  t.equal(changes(), 0);
  states.set('shop', READY);
  t.same(await looks(), []);
  t.equal(changes(), 1);
});

t.test('one that was not ready, or does not answer, keeps no other waiting', async (t) => {
  const { states, handovers } = world();
  states.set('linking', { state: 'linking', isWell: false });
  for (const account of ['linking', 'silent']) await handovers.begin(account);
  t.same([...handovers.awaited], []);
});

t.test('one that nobody wants any more is not awaited', async (t) => {
  const { states, places, handovers, looks } = world();
  states.set('shop', READY);
  await handovers.begin('shop');
  places.set('shop', 'unwanted');
  t.same(await looks(), []);
});

t.test('one that does not become ready is reported once', async (t) => {
  const { states, places, lines, clock, handovers, looks } = world();
  states.set('shop', READY);
  await handovers.begin('shop');
  states.set('shop', STARTING);
  places.set('shop', 'there');
  clock.nowMs = 119_999;
  await looks();
  t.same(lines, []);
  clock.nowMs = 120_000;
  await looks();
  t.same(await looks(), ['shop']);
  t.same(lines, [{ event: 'agent.not-ready', account: 'shop', state: 'starting' }]);
});
