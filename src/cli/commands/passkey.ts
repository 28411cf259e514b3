// `wactl passkey`: shows a passkey request and sends the answer to it.
import { readNamed, UnfitFile } from '../../local/bounded-file.js';
import { Fault } from '../../protocol/fault.js';
import { type PasskeyOptions, passkeySnippet } from '../../protocol/passkey.js';
import { command } from '../command.js';
import { renderPasskey } from '../render/passkey.js';
import { readStdin } from '../stdin.js';

const VERDICT_MS = 30_000;
const MAX_BYTES = 256 * 1024;

const usage = (reason: string, cause?: unknown): Fault =>
  new Fault('usage', { reason: `passkey: ${reason}`, hint: 'wactl passkey --help', cause });

/** What the browser's console printed, as a file or on stdin. */
async function answerIn(file: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = file === '-' ? await readStdin(MAX_BYTES) : (await readNamed(file, MAX_BYTES)).toString();
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (error instanceof UnfitFile) throw usage(error.message, error);
    throw usage(`cannot read ${file}: ${(error as Error).message}`, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usage('the answer is not JSON; copy all that the browser gave, from { to }', error);
  }
  if (typeof value !== 'object' || value === null || !('response' in value))
    throw usage('the answer is JSON, but not what the snippet gives');
  return value as Record<string, unknown>;
}

export const passkey = command({
  name: 'passkey',
  group: 'Account',
  does: 'answer with the passkey of the account, where WhatsApp asks for it',
  notes:
    'WhatsApp asks some accounts for their passkey when a device is linked, or later. It is held by a phone or a password\n' +
    'manager, and only a browser on web.whatsapp.com can use it. So: this shows a snippet; paste it into the console\n' +
    'of web.whatsapp.com in your own browser, press the button it shows, and give back what it answers with --answer.\n' +
    '--snippet prints the snippet alone. Exits 0 whatever the state; with --answer, 0 when the device is linked or\n' +
    'WhatsApp goes on with it, 4 when it was refused or nothing is asked for.',
  args: [],
  options: {
    answer: { type: 'text', value: 'FILE', does: 'the answer of the snippet; - for stdin' },
    refuse: { type: 'flag', does: 'tell WhatsApp that there will be no answer' },
    snippet: { type: 'flag', does: 'the snippet alone, to copy or to pipe' },
  },
  examples: [
    ['wactl passkey', 'what is asked, and what to do'],
    ['wactl passkey --snippet | wl-copy', 'the snippet, in the clipboard'],
    ['wl-paste | wactl passkey --answer -', 'the answer, from the clipboard'],
  ],
  async run({ ask, options: { answer, refuse, snippet }, show, output, address }) {
    if ([answer !== undefined, refuse, snippet].filter(Boolean).length > 1)
      throw usage('--answer, --refuse and --snippet exclude each other');
    if (answer !== undefined || refuse) {
      const given = refuse
        ? { refuse: true as const }
        : { credential: (await answerIn(answer ?? '-')) as never };
      const result = await ask('session.answerPasskey', { ...given, waitMs: VERDICT_MS }, { writes: true });
      if (result.verdict === 'refused' && !refuse) {
        const isLinked = result.status === 'ready' || result.status === 'syncing';
        throw new Fault('action_required', {
          reason: isLinked
            ? 'WhatsApp did not accept the answer, and asks again.'
            : 'WhatsApp did not accept the answer; nothing was linked. Scan a new code to try again.',
          hint: isLinked ? 'wactl passkey' : 'wactl qr',
          more: { verdict: result.verdict, status: result.status, sessionReason: result.reason },
        });
      }
      const says = { linked: 'Linked', goes_on: 'Given to WhatsApp, which goes on', refused: 'Refused' };
      show(result, () => `${says[result.verdict]} (${result.status}).\n`);
      return 0;
    }
    const request = await ask('session.passkey', {});
    if (snippet && request.options === null)
      throw new Fault('no_passkey', { reason: 'WhatsApp asks for no passkey now.', hint: 'wactl status' });
    const code =
      request.options === null ? null : passkeySnippet(request.options as unknown as PasskeyOptions);
    if (snippet && output === 'text') show(request, () => `${code}\n`);
    else show(request, () => renderPasskey(request, code, address));
    return 0;
  },
});
