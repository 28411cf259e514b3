// `wactl qr`: draws the QR code until a phone is linked.
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { Fault } from '../../protocol/fault.js';
import type { Status } from '../../protocol/methods/session.js';
import { type Context, command } from '../command.js';
import { isStdout, writeOut } from '../out.js';
import { printable, write } from '../output.js';
import { Picture, png } from '../render/qr.js';

const POLL_MS = 500;
/** How long the page may take to draw the first code, and how often to ask for it. */
const FIRST_CODE_MS = 5_000;
const LOOK_MS = 100;
type Now = Pick<Context, 'ask'>;

/** The current code. @throws Fault no_qr, also when a phone is linked already */
async function current({ ask }: Now) {
  try {
    return await ask('session.qr', {});
  } catch (error) {
    const fault = Fault.of(error);
    if (fault.kind !== 'already_linked') throw fault;
    throw new Fault('no_qr', { reason: fault.message, hint: 'wactl status' });
  }
}

/**
 * The current code. An account that has just begun to link has none until the page has drawn it: that is waited for.
 * @throws Fault no_qr
 */
async function first(now: Now) {
  for (const until = performance.now() + FIRST_CODE_MS; ; await sleep(LOOK_MS)) {
    try {
      return await current(now);
    } catch (error) {
      if (Fault.of(error).kind !== 'no_qr' || performance.now() > until) throw error;
      const { status, reason } = await now.ask('session.status', {});
      if (status !== 'linking' || reason !== 'qr_waiting') throw error;
    }
  }
}

/** The reason why no QR code will appear by itself, or null when one may. */
function hopeless({ status, reason, hint }: Status): Fault | null {
  const stuck = status === 'stopped' || status === 'failed' || status === 'logging-out';
  const person = reason === 'passkey_required' || reason === 'banned' || reason === 'action_required';
  if (!stuck && !person) return null;
  return new Fault(person ? 'action_required' : 'no_qr', {
    reason: `there will be no QR code: ${status} (${reason})`,
    hint: hint ?? (stuck ? 'wactl init' : 'wactl status'),
  });
}

/** Draws the code, redraws it when it changes, and returns when a phone is linked. */
async function follow(context: Context): Promise<number> {
  const { ask, timeoutMs } = context;
  const picture = new Picture(isatty(1));
  const until = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
  let drawn: string | undefined;
  let waiting = false;
  for (let looks = 0; ; looks += 1) {
    const status = await ask('session.status', {});
    if (['ready', 'syncing', 'hibernating'].includes(status.status)) {
      write(1, looks === 0 ? 'A phone is linked already.\n' : `Linked (${status.status}).\n`);
      return 0;
    }
    const fault = hopeless(status);
    if (fault) throw fault;
    const code = status.status === 'linking' ? await current(context).catch(nothingYet) : null;
    if (code && code.qr !== drawn) {
      drawn = code.qr;
      waiting = false;
      await picture.draw(code);
    } else if (!code && !waiting) {
      waiting = true;
      const now = `${printable(status.status)}; waiting for a QR code`;
      if (drawn === undefined) write(2, `wactl: ${now}\n`);
      else picture.over(`Code no longer valid (${now}).`);
    }
    if (performance.now() > until) {
      throw new Fault('wait_expired', { reason: 'no phone was linked in time', hint: 'wactl status' });
    }
    await sleep(POLL_MS);
  }
}

const nothingYet = (error: unknown): null => {
  if (error instanceof Fault && error.kind === 'no_qr') return null;
  throw error;
};

export const qr = command({
  name: 'qr',
  group: 'Account',
  does: 'draw the QR code that links a phone; exits when linked',
  notes:
    'Draws the code in the terminal, in place when it changes, and exits 0 when a phone is linked.\n' +
    '--raw, --png and -o json return the current code; in an account that begins to link they wait up to 5 s for it. If\n' +
    'there is none, stdout stays empty and the exit status is 5. Anyone who sees the code can link the account: treat it as a\n' +
    'password.',
  args: [],
  options: {
    raw: { type: 'flag', does: 'the payload of the code, one line' },
    png: { type: 'text', value: 'FILE', does: 'write a picture of the code (mode 0600; - for stdout)' },
  },
  examples: [
    ['wactl qr', 'scan it: WhatsApp > Linked devices > Link a device'],
    ['wactl qr --png qr.png', 'a picture, for a machine without a terminal'],
  ],
  async run(context) {
    const { options, output, show } = context;
    if (options.raw && options.png !== undefined) {
      throw new Fault('usage', { reason: 'qr: --raw and --png exclude each other', hint: 'wactl qr --help' });
    }
    if (!options.raw && options.png === undefined && output === 'text') {
      return follow(context as unknown as Context);
    }
    const code = await first(context);
    if (options.png !== undefined) await writeOut('qr', options.png, await png(code.qr));
    if (options.raw) write(1, `${code.qr}\n`);
    else if (output !== 'text' && !isStdout(options.png ?? '')) show(code, () => '');
    return 0;
  },
});
