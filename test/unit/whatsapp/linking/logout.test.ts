/** Logging out ends with the page's confirmation, whatever its own call returns, and within a time limit. */
import t from 'tap';
import { TimedOut } from '../../../../src/whatsapp/failures/deadline.js';
import { logout } from '../../../../src/whatsapp/linking/logout.js';
import { type FakeClock, fakeClock, settled } from '../../../harness/fake-clock.js';
import { pageHere, requireFrom, setWindow } from '../../../harness/fake-page.js';

const LIMIT_MS = 10_000;
const never = new Promise<never>(() => undefined);

interface Play {
  readonly clock: FakeClock;
  /** The result so far: `pending`, `done`, or the error. */
  result(): unknown;
  confirm(): void;
}

/** @param socketLogout what the page's own logout returns */
function play(t: { teardown(undo: () => void): unknown }, socketLogout: () => unknown): Play {
  const clock = fakeClock(t);
  setWindow(t, { require: requireFrom({ WAWebSocketModel: { Socket: { logout: socketLogout } } }) });
  let confirm: () => void = () => undefined;
  const confirmed = new Promise<void>((resolve) => {
    confirm = resolve;
  });
  let result: unknown = 'pending';
  logout(pageHere(), confirmed, LIMIT_MS).then(
    () => {
      result = 'done';
    },
    (error: unknown) => {
      result = error;
    },
  );
  return { clock, result: () => result, confirm };
}

for (const [name, call] of [
  ['has not returned', () => never],
  ['returns nothing', () => undefined],
  ['has resolved', async () => undefined],
  ['ended with its document', () => Promise.reject(new Error('Execution context was destroyed'))],
] as const)
  t.test(`a confirmation ends it when the call of the page ${name}`, async (t) => {
    const { clock, result, confirm } = play(t, call);
    await clock.pass(1_000);
    t.equal(result(), 'pending');
    confirm();
    await settled();
    t.equal(result(), 'done');
    t.equal(clock.pending, 0);
  });

for (const [name, call] of [
  ['does not return', () => never],
  ['returns nothing', () => undefined],
  ['ends with its document', () => Promise.reject(new Error('Cannot find context with specified id'))],
] as const)
  t.test(`without a confirmation it fails at the limit when the call of the page ${name}`, async (t) => {
    const { clock, result } = play(t, call);
    await clock.pass(LIMIT_MS - 1);
    t.equal(result(), 'pending');
    await clock.pass(1);
    t.ok(result() instanceof TimedOut);
    t.equal(clock.pending, 0);
  });

t.test(
  'a call that has resolved counts as logged out two seconds later, without a confirmation',
  async (t) => {
    const { clock, result } = play(t, async () => 'ok');
    await clock.pass(1_999);
    t.equal(result(), 'pending');
    await clock.pass(1);
    t.equal(result(), 'done');
    t.equal(clock.pending, 0);
  },
);

t.test('an error of the page is passed on at once', async (t) => {
  const error = new Error('r: r');
  const { clock, result } = play(t, () => Promise.reject(error));
  await settled();
  t.equal(result(), error);
  t.equal(clock.pending, 0);
});
