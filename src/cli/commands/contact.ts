// `wactl contact`: shows, checks, saves, removes, blocks and unblocks a person.
import { Fault } from '../../protocol/fault.js';
import { command } from '../command.js';
import { download } from '../download.js';
import { renderChecked, renderContacts } from '../render/contact.js';
import { renderProfile } from '../render/profile.js';

const ACTIONS = ['show', 'check', 'save', 'remove', 'block', 'unblock'];
const WRITES = { writes: true } as const;
const NOT_FOUND = 7;

export const contact = command({
  name: 'contact',
  group: 'Chats and people',
  does: 'show, save or block a person; check whether a number is on WhatsApp',
  verbs: [
    ['show', 'name, number, identities and user name'],
    ['check', 'whether the number is on WhatsApp'],
    ['save CONTACT NAME', 'save this person under a name, or change the name'],
    ['remove', 'remove this person from the contacts'],
    ['block, unblock', 'block or unblock this person'],
  ],
  notes: '`check` asks WhatsApp, and exits 7 when the number is not on it.',
  args: [
    { name: 'ACTION', required: true, does: 'one of the above', choices: ACTIONS },
    { name: 'CONTACT', required: true, does: 'phone number with country code, ...@c.us or ...@lid' },
    { name: 'NAME', required: false, does: 'with save: the first name, or the whole name' },
  ],
  options: {
    profile: { type: 'flag', does: 'with show: ask WhatsApp for text, picture and business profile' },
    picture: { type: 'text', value: 'FILE', does: 'with show: save the picture in this file' },
    'last-name': { type: 'text', value: 'NAME', does: 'with save: the last name' },
    'on-phone': { type: 'flag', does: "with save: also in the phone's own address book" },
  },
  examples: [
    ["wactl contact check '+55 11 90000-0002' && echo yes", 'is the number on WhatsApp?'],
    ['wactl contact block 15550002222', 'block'],
    ["wactl contact save 15550002222 'Ana Silva'", 'save'],
    ['wactl contact show 15550002222 --profile --picture ana.jpg', 'what WhatsApp shows of a person'],
  ],
  async run({ ask, args: [action, who = '', name], options, output, show }) {
    const { profile, picture, 'last-name': lastName, 'on-phone': onPhone } = options;
    if ((name !== undefined) !== (action === 'save'))
      throw new Fault('usage', {
        reason: `contact ${action}: ${name === undefined ? 'the name is missing' : 'takes no name; quote one with spaces'}`,
        hint: 'wactl contact --help',
      });
    if ((lastName !== undefined || onPhone) && action !== 'save')
      throw new Fault('usage', {
        reason: `contact ${action}: --last-name and --on-phone go with save`,
        hint: 'wactl contact --help',
      });
    if ((profile || picture !== undefined) && action !== 'show')
      throw new Fault('usage', {
        reason: `contact ${action}: --profile and --picture go with show`,
        hint: 'wactl contact --help',
      });
    if (profile || picture !== undefined) {
      const answer = await ask('contact.profile', { contact: who, picture: picture !== undefined });
      if (picture !== undefined && answer.picture)
        await download({ ask, output }, 'contact', answer.picture, picture);
      show(answer, () => renderContacts([answer]) + renderProfile(answer));
      return 0;
    }
    if (action === 'check') {
      const answer = await ask('contact.check', { number: who });
      show(answer, () => renderChecked(answer));
      return answer.onWhatsApp ? 0 : NOT_FOUND;
    }
    if (action === 'save') {
      const more = { ...(lastName !== undefined && { lastName }), ...(onPhone && { onPhone }) };
      const saved = await ask('contact.save', { contact: who, firstName: name ?? '', ...more }, WRITES);
      show(saved, () => renderContacts([saved]));
      return 0;
    }
    const answer = await (action === 'show'
      ? ask('contact.get', { contact: who })
      : action === 'remove'
        ? ask('contact.remove', { contact: who }, WRITES)
        : ask('contact.block', { contact: who, blocked: action === 'block' }, WRITES));
    show(answer, () => renderContacts([answer]));
    return 0;
  },
});
