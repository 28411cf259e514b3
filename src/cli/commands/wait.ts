import { Fault } from '../../protocol/fault.js';
import { STATES, type StateName } from '../../protocol/state.js';
import { type Context, command } from '../command.js';
import { DEFAULT_TIMEOUT_MS } from '../globals.js';

/** So long a phone that has just scanned the code may take to show it. */
const GRACE_MS = 3000;

/**
 * Waits for a state. While a person must act, it will not come by itself: after a moment's grace that is the answer.
 * @throws Fault state_unreachable, wait_expired
 */
async function waitFor({ ask }: Pick<Context, 'ask'>, goal: readonly StateName[], totalMs: number) {
  const until = performance.now() + totalMs;
  const waiting = (states: readonly StateName[], ms: number) => {
    const timeoutMs = Math.max(0, Math.round(ms));
    return ask('session.wait', { states: [...states], timeoutMs }, { timeoutMs: timeoutMs + 5000 });
  };
  for (;;) {
    const found = await waiting([...new Set<StateName>([...goal, 'linking'])], until - performance.now());
    if (goal.includes(found.status)) return found;
    const leftMs = until - performance.now();
    const others = STATES.filter((state) => state !== 'linking');
    try {
      const next = await waiting(others, Math.min(GRACE_MS, leftMs));
      if (goal.includes(next.status)) return next;
    } catch (error) {
      if (!(error instanceof Fault && error.kind === 'wait_expired') || leftMs <= GRACE_MS) throw error;
      const { status, reason, hint } = await ask('session.status', {});
      if (status !== 'linking') continue;
      throw new Fault('state_unreachable', {
        reason: `the account will not be ${goal.join(' or ')} by itself: a person must act (${reason})`,
        hint: hint ?? 'wactl status',
        more: { status, sessionReason: reason },
      });
    }
  }
}

export const wait = command({
  name: 'wait',
  group: 'Account',
  does: 'wait until the account is in a state',
  notes:
    `States: ${STATES.join(', ')}.\n\n` +
    'Exits 8 when --timeout (120 s) has passed, and 4 when a person must act before the state can come; when\n' +
    'that is the linking of a phone, after 3 s in which the phone may still be at it. `wactl qr` waits for the\n' +
    'person.',
  args: [
    {
      name: 'STATE',
      required: true,
      does: 'state, or several with commas between',
      choices: STATES,
      list: true,
    },
  ],
  options: {},
  examples: [
    ['wactl wait ready', 'until it can send'],
    ['wactl --timeout 30 wait linking,ready', 'whichever comes first'],
  ],
  async run({ ask, args: [states = ''], timeoutMs = DEFAULT_TIMEOUT_MS, show }) {
    const answer = await waitFor({ ask }, states.split(',') as StateName[], timeoutMs);
    show(answer, () => `${answer.status}\n`);
    return 0;
  },
});
