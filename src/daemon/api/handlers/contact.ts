// contact.*: lists, checks, blocks and unblocks people.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { contactMethods } from '../../../protocol/methods/contact.js';
import { numberOf } from '../../../protocol/wid.js';
import type { Account } from '../../account.js';
import type { ProfilePictures } from '../../media/profile-pictures.js';
import { parsePerson } from '../parse-person.js';
import { readyClient } from '../ready-client.js';

export function contactHandlers(
  account: Account,
  pictures: ProfilePictures,
): Handlers<typeof contactMethods> {
  const contacts = () => readyClient(account).contacts;
  return {
    'contact.list': (query) => contacts().list(query),
    'contact.identities': ({ contacts: named, ...part }) =>
      contacts().identities(named?.map(parsePerson) ?? null, part),
    'contact.get': ({ contact }) => contacts().get(parsePerson(contact)),
    'contact.profile': ({ contact, picture = false }) =>
      pictures.read(() => readyClient(account).profiles.of(parsePerson(contact), picture)),
    'contact.check': ({ number }) => {
      const id = parsePerson(number);
      if (numberOf(id) === null)
        throw new Fault('invalid_recipient', { reason: 'A phone number is needed to check.', hint: null });
      return contacts().check(id);
    },
    'contact.save': ({ contact, firstName, lastName = null, onPhone = false }) =>
      contacts().save(parsePerson(contact), { first: firstName, last: lastName, onPhone }),
    'contact.remove': ({ contact }) => contacts().remove(parsePerson(contact)),
    'contact.block': ({ contact, blocked = true }) => contacts().block(parsePerson(contact), blocked),
  };
}
