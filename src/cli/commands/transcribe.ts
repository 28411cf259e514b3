// `wactl transcribe`: turns a voice message into text.
import { command } from '../command.js';
import { printable } from '../output.js';
import { MESSAGE } from '../render/acted.js';

/** Two programs at their default limit: that of another message may run first. */
const WAIT_MS = 610_000;

export const transcribe = command({
  name: 'transcribe',
  group: 'Messages and events',
  does: 'turn a voice message into text',
  notes:
    'The program of [transcribe] in the configuration of the daemon does it. The text is an event message.transcript, too.\n' +
    'Messages that arrive are transcribed without this command; it is for older ones and for those of this account.\n\n' +
    'The exit status is 1 when there is no text.',
  args: [MESSAGE],
  options: {},
  examples: [['wactl transcribe 3AEB0C0FFEE012345678', 'print what was said']],
  async run({ ask, args: [id = ''], show, warn, timeoutMs }) {
    const answer = await ask('media.transcribe', { id }, { timeoutMs: timeoutMs ?? WAIT_MS });
    const { text, error } = answer;
    show(answer, () => (text === null ? '' : `${printable(text)}\n`));
    if (error === null) return 0;
    warn(`${error.kind}: ${printable(error.reason)}`);
    return 1;
  },
});
