// Checks what the page of the running daemon can do: the drift of WhatsApp Web, by capability. Asks the
// daemon; without one there is no page, and `wad --canary` checks a fresh one.
import { isWorking, stateOfWord } from '../../protocol/capability.js';
import { pictureIn } from '../session/page-picture.js';
import { type Check, fail, ok, warn } from './finding.js';

export const page: Check = {
  name: 'whatsapp',
  run: ({ running }) => {
    if (running === null) return ok('no daemon is running; `wad --canary` checks a new page');
    const { status, info } = running;
    const { capabilities, versions } = status;
    if (status.reason === 'action_required')
      return warn(
        `a dialog waits for a person; a picture: ${pictureIn(info.stateDir)}`,
        'wactl events --type alert',
      );
    const build = versions.whatsappWeb;
    if (build === null) return ok('no page is loaded');
    const words = Object.entries(capabilities);
    const ill = words.filter(([, word]) => !isWorking(stateOfWord(word)));
    const patched = words.filter(([, word]) => stateOfWord(word) === 'patched').map(([name]) => name);
    if (ill.length === 0) {
      const mended = patched.length === 0 ? '' : `, patched: ${patched.join(', ')}`;
      return ok(`WhatsApp Web ${build}: ${words.length} capabilities work${mended}`);
    }
    const says = `WhatsApp Web ${build}: ${ill.map(([name, word]) => `${name} is ${word}`).join('; ')}`;
    const isVital = ill.some(([name, word]) => VITAL.includes(name) && stateOfWord(word) === 'missing');
    return isVital ? fail(says, 'wactl bugreport FILE') : warn(says, 'wactl bugreport FILE');
  },
};

/** Without these the account cannot become ready. */
const VITAL: readonly string[] = ['session.receive', 'send.text'];
