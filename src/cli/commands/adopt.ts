// `wactl adopt`: imports a saved session of another program.
import { command } from '../command.js';
import { handToWad } from '../program.js';

export const adopt = command({
  name: 'adopt',
  group: 'Account',
  does: 'adopt the session of whatsapp-web.js, wwebjs-api or OpenWA',
  notes:
    'DIR is the session folder, or one with a single session in it: .wwebjs_auth, sessions/session-ID, _IGNORE_ID.\n' +
    'Stop the program that uses it first, and this daemon. The session is copied, and the copy is kept only if the account\n' +
    'becomes ready with it. The original is not changed, and must not be used again.\n\n' +
    'Runs `wad --adopt DIR` as the calling user. An existing folder can also be used in place: session.dataPath.',
  args: [{ name: 'DIR', required: true, does: 'the session folder' }],
  options: {},
  examples: [['wactl adopt ~/bot/.wwebjs_auth', 'the session of a script, without a QR code']],
  async run({ args: [directory = ''], onInterrupt, ...globals }) {
    onInterrupt('ignored');
    return handToWad('adopt', globals, [directory]);
  },
});
