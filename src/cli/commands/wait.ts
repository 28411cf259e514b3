// `wactl wait`: waits until the account reaches a state.
import { Fault } from '../../protocol/fault.js';
import { STATES, type StateName } from '../../protocol/state.js';
import { type Context, command } from '../command.js';
import { DEFAULT_TIMEOUT_MS } from '../globals.js';

/** How long to wait for a person who may be about to scan, before failing with `state_unreachable`. */
const GRACE_MS = 10_000;

type Ask = Pick<Context, 'ask'>;

const isKnown = (status: string): boolean => STATES.some((state) => state === status);

/** @throws Fault bad_answer: a newer daemon is in a state that this wactl does not know */
async function waiting({ ask }: Ask, states: readonly StateName[], ms: number) {
  const timeoutMs = Math.max(0, Math.round(ms));
  const found = await ask(
    'session.wait',
    { states: [...states], timeoutMs },
    { timeoutMs: timeoutMs + 5000 },
  );
  if (isKnown(found.status)) return found;
  throw new Fault('bad_answer', {
    reason: `the daemon answered the state "${found.status}", which this wactl does not know: install the wactl of the daemon's version`,
  });
}

/**
 * Waits for a state when the caller has set no time-out. If a person must act before the state can be reached, it fails
 * after a grace period.
 * @throws Fault state_unreachable, wait_expired, bad_answer
 */
export async function waitUnlessStuck(
  context: Ask,
  goal: readonly StateName[],
  limitMs = DEFAULT_TIMEOUT_MS,
) {
  const until = performance.now() + limitMs;
  const states = [...new Set<StateName>([...goal, 'linking'])];
  const others = STATES.filter((state) => state !== 'linking');
  do {
    const found = await waiting(context, states, until - performance.now());
    if (goal.includes(found.status)) return found;
    try {
      const next = await waiting(context, others, GRACE_MS);
      if (goal.includes(next.status)) return next;
    } catch (error) {
      if (!(error instanceof Fault && error.kind === 'wait_expired')) throw error;
      const { status, reason, hint } = await context.ask('session.status', {});
      if (status !== 'linking') continue;
      throw new Fault('state_unreachable', {
        reason: `the account will not be ${goal.join(' or ')} by itself: a person must act (${reason})`,
        hint: hint ?? 'wactl status',
        more: { status, sessionReason: reason },
      });
    }
  } while (performance.now() < until);
  throw new Fault('wait_expired');
}

export const wait = command({
  name: 'wait',
  group: 'Account',
  many: { mode: 'at once' },
  does: 'wait until the account is in a state',
  notes:
    `States: ${STATES.join(', ')}.\n\n` +
    'With --timeout, it waits that long and then exits 8. Without it, it exits 4 as soon as a person\n' +
    'must act before the state can be reached (in linking after 10 s), and 8 after 120 s. `wactl qr` waits\n' +
    'for the person.',
  args: [
    {
      name: 'STATE',
      required: true,
      does: 'a state, or several separated by commas',
      choices: STATES,
      list: true,
    },
  ],
  options: {},
  examples: [
    ['wactl wait ready', 'until it can send'],
    ['wactl --timeout 30 wait linking,ready', 'either of two'],
    ['wactl -a shop,support wait ready', 'until both can send'],
  ],
  async run({ ask, args: [states = ''], timeoutMs, show }) {
    const goal = states.split(',') as StateName[];
    const answer = await (timeoutMs === undefined
      ? waitUnlessStuck({ ask }, goal)
      : waiting({ ask }, goal, timeoutMs));
    show(answer, () => `${answer.status}\n`);
    return 0;
  },
});
