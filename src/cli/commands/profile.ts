// `wactl profile`: shows and changes the account's own profile.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { download } from '../download.js';
import { renderContactLine } from '../render/contact.js';
import { renderPrivacy, renderProfile } from '../render/profile.js';
import { upload } from '../upload.js';

const ACTIONS = ['show', 'privacy', 'name', 'about', 'picture', 'remove-picture'];
const WRITES = { writes: true } as const;

export const profile = command({
  name: 'profile',
  group: 'Chats and people',
  does: "show or change this account's own name, text and picture",
  verbs: [
    ['show', 'name, text and picture, as others see them'],
    ['privacy', 'who may see what of this account; it is changed on the phone'],
    ['name TEXT', 'change the name'],
    ['about TEXT', 'change the text about this account; "" removes it'],
    ['picture FILE', 'change the picture; it is cut to a square'],
    ['remove-picture', 'remove the picture'],
  ],
  notes: 'The name of a business account is changed on its phone.',
  args: [
    { name: 'ACTION', required: true, does: 'one of the above', choices: ACTIONS },
    { name: 'VALUE', required: false, does: 'as above' },
  ],
  options: { picture: { type: 'text', value: 'FILE', does: 'with show: save the picture in this file' } },
  examples: [
    ["wactl profile about 'Open from 9 to 5'", 'change the text'],
    ['wactl profile picture logo.png', 'change the picture'],
  ],
  async run({ ask, args: [action = '', value], options, output, show, timeoutMs }) {
    const refuse = (reason: string): never => {
      throw new Fault('usage', { reason: `profile ${action}: ${reason}`, hint: 'wactl profile --help' });
    };
    const { picture: out } = options;
    if (out !== undefined && action !== 'show') refuse('--picture goes with show');
    const takesValue = !['show', 'privacy', 'remove-picture'].includes(action);
    if (takesValue !== (value !== undefined)) refuse(takesValue ? 'the value is missing' : 'takes no value');
    if (action === 'show') {
      const answer = await ask('profile.get', { picture: out !== undefined });
      if (out !== undefined && answer.picture)
        await download({ ask, output }, 'profile', answer.picture, out);
      show(answer, () => renderContactLine({ ...answer, name: answer.name ?? '' }) + renderProfile(answer));
      return 0;
    }
    if (action === 'privacy') {
      const answer = await ask('profile.privacy', {});
      show(answer, () => renderPrivacy(answer));
      return 0;
    }
    const text = value ?? '';
    const answer = await ask(
      'profile.update',
      action === 'name'
        ? { name: text }
        : action === 'about'
          ? { about: text }
          : {
              picture:
                action === 'picture' ? (await upload({ ask, output, timeoutMs }, text, 'profile')).id : null,
            },
      WRITES,
    );
    show(answer, () => 'changed\n');
    return 0;
  },
});
