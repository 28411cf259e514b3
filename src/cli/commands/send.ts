import { Fault } from '../../protocol/fault.js';
import { isFaultKind } from '../../protocol/fault-table.js';
import type { Outgoing } from '../../protocol/schema.js';
import type { SendState } from '../../protocol/state.js';
import { type Context, command } from '../command.js';
import { moment } from '../moment.js';
import { type Accepted, renderSent } from '../render/message.js';
import { readStdin } from '../stdin.js';

const MAX_CHARACTERS = 65_536;
const WAIT_MS = 60_000;
const GOALS = ['accepted', 'sent', 'delivered', 'read'] as const;
type Goal = (typeof GOALS)[number];
/** The good states in their order; a message past the goal has reached it. */
const ROAD: readonly SendState[] = ['queued', 'sending', 'sent', 'delivered', 'read'];

const lookUp = (id: string): string => `wactl outbox show ${id}`;

async function textOf(given: string | undefined): Promise<string> {
  const refuse = (reason: string, hint: string | null): never => {
    throw new Fault('usage', { reason, hint });
  };
  if (given === undefined) return refuse('send: there is no text to send', 'wactl send --help');
  const text = given === '-' ? (await readStdin(MAX_CHARACTERS * 4)).replace(/\r?\n$/, '') : given;
  if (text === '') return refuse('send: the text is empty', null);
  if (text.length > MAX_CHARACTERS) {
    return refuse(`send: the text has ${text.length} characters; WhatsApp takes ${MAX_CHARACTERS}`, null);
  }
  return text;
}

/** Null when the message has come as far as was asked, else what to complain about. */
function shortfall(message: Outgoing, goal: Exclude<Goal, 'accepted'>, waitedMs: number): Fault | null {
  const { id, messageId, state, error } = message;
  const more = { id, messageId, state };
  if (ROAD.indexOf(state) >= ROAD.indexOf(goal)) return null;
  if (state === 'unknown') {
    return new Fault('outcome_unknown', {
      reason: error?.reason,
      hint: lookUp(id),
      outcome: 'unknown',
      more,
    });
  }
  if (ROAD.includes(state)) {
    const reason = `accepted as ${id}, but not ${goal} after ${waitedMs / 1000} s; it stays in the queue`;
    return new Fault('wait_expired', { reason, hint: lookUp(id), more });
  }
  return new Fault(isFaultKind(error?.kind) ? error.kind : 'send_failed', {
    reason: error?.reason ?? `the message ${id} is ${state}`,
    hint: error ? error.hint : lookUp(id),
    more,
  });
}

/** Waits for the goal. Whatever ends the wait early, the message stays accepted: the caller shows what is known. */
async function follow(
  { ask }: Pick<Context, 'ask'>,
  accepted: Accepted,
  goal: Exclude<Goal, 'accepted'>,
  waitMs: number,
): Promise<{ known: Accepted | Outgoing; fault: Fault | null }> {
  const { id, messageId } = accepted;
  try {
    const message = await ask(
      'message.wait',
      { id, for: goal, timeoutMs: waitMs },
      { timeoutMs: waitMs + 5000 },
    );
    return { known: message, fault: shortfall(message, goal, waitMs) };
  } catch (error) {
    const { kind, details, message: reason } = Fault.of(error);
    if (kind === 'wait_expired' || kind === 'deadline_exceeded') {
      const message = await ask('message.get', { id }, { timeoutMs: 5000 }).catch(() => null);
      const fault = message && shortfall(message, goal, waitMs);
      if (message) return { known: message, fault };
    }
    return {
      known: accepted,
      fault: new Fault(kind === 'deadline_exceeded' ? 'wait_expired' : kind, {
        ...details,
        reason: `accepted as ${id}, but its way could not be followed: ${reason}`,
        hint: lookUp(id),
        outcome: 'none',
        more: { ...details.more, id, messageId },
      }),
    };
  }
}

export const send = command({
  name: 'send',
  group: 'Messages and events',
  does: 'send a text to a person or a group',
  notes:
    'The text stays what was typed; "-" reads it from stdin and drops one newline at its end. A text that\n' +
    'begins with a dash goes after "--". The message is on disk when the daemon accepts it, also while the\n' +
    'account is not connected; then this command waits until WhatsApp has it (60 s, or --timeout). When the wait\n' +
    'runs out the exit status is 8 and the message stays queued: wactl outbox. A TIME is 2026-01-31T08:00Z, or\n' +
    '10m from now (s, m, h, d).\n\n' +
    '-o json prints the message as it is known at the end (with --wait accepted: the answer of\n' +
    'message.send), also when the exit status is not 0.',
  args: [
    {
      name: 'TO',
      required: true,
      does: 'phone number with country code, or chat id (...@c.us, ...@g.us, ...@lid)',
    },
    { name: 'TEXT', required: false, does: 'the text, or - for stdin' },
  ],
  options: {
    key: { type: 'text', value: 'KEY', does: 'the same KEY and content again is the same message' },
    'not-before': { type: 'text', value: 'TIME', does: 'it does not go out before this' },
    expires: { type: 'text', value: 'TIME', does: 'it does not go out from this on' },
    wait: { type: 'text', value: 'HOW', choices: GOALS, does: 'accepted, sent (default), delivered or read' },
  },
  examples: [
    ["wactl send '+55 11 90000-0002' 'hello'", 'to a person'],
    ['date | wactl send 120363000000000000@g.us -', 'from stdin, to a group'],
    ['wactl send --key order-17 15550002222 hi', 'once, however often it is run'],
    ["wactl send 15550002222 -- '- milk'", 'a text that begins with a dash'],
  ],
  async run(context) {
    const { ask, args, options, timeoutMs, show, onInterrupt } = context;
    const [to = '', given] = args;
    const goal = (options.wait ?? 'sent') as Goal;
    const text = await textOf(given);
    const { 'not-before': notBefore, expires } = options;
    const startedAt = performance.now();
    onInterrupt(() => 'it is not known whether the daemon has the message');
    const accepted = await ask(
      'message.send',
      {
        to,
        text,
        ...(options.key !== undefined && { key: options.key }),
        ...(notBefore !== undefined && { notBefore: moment('not-before', notBefore) }),
        ...(expires !== undefined && { expiresAt: moment('expires', expires) }),
      },
      { writes: true },
    );
    onInterrupt(() => `the message was accepted as ${accepted.id} and is on its way`);
    if (goal === 'accepted') {
      show(accepted, () => renderSent(accepted));
      return 0;
    }
    const leftMs = (timeoutMs ?? WAIT_MS) - Math.round(performance.now() - startedAt);
    const { known, fault } = await follow(context, accepted, goal, Math.max(leftMs, 0));
    show(known, () => renderSent(known));
    if (fault) throw fault;
    return 0;
  },
});
