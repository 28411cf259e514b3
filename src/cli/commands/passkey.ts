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

/** Reads the answer of the snippet from a file or stdin. */
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
    throw usage('the answer is not JSON; copy the whole answer of the browser, from { to }', error);
  }
  if (typeof value !== 'object' || value === null || !('response' in value))
    throw usage('the answer is JSON, but not an answer of the snippet');
  return value as Record<string, unknown>;
}

export const passkey = command({
  name: 'passkey',
  group: 'Account',
  does: 'answer when WhatsApp asks for the passkey of the account',
  notes:
    'WhatsApp asks some accounts for their passkey when a device is linked, or later. The passkey is in a phone or a password\n' +
    'manager, and only a browser on web.whatsapp.com can use it. This command prints a snippet: paste it into the console\n' +
    'of web.whatsapp.com in your own browser, press the button that appears, and pass the answer to --answer.\n' +
    '--snippet prints only the snippet. Exits 0 in any state; with --answer, 0 when the device is linked or\n' +
    'WhatsApp continues, and 4 when WhatsApp refused the answer or asks for no passkey.',
  args: [],
  options: {
    answer: { type: 'text', value: 'FILE', does: 'the answer of the snippet; - for stdin' },
    refuse: { type: 'flag', does: 'refuse the request of WhatsApp' },
    snippet: { type: 'flag', does: 'print only the snippet, to copy or to pipe' },
  },
  examples: [
    ['wactl passkey', 'the request, and the steps to answer it'],
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
      const says = { linked: 'Linked', goes_on: 'Accepted by WhatsApp, which continues', refused: 'Refused' };
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
