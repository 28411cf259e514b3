// contact.*: lists, checks, blocks and unblocks people.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { contactMethods } from '../../../protocol/methods/contact.js';
import { type ChatId, isGroupId, numberOf, parseRecipient } from '../../../protocol/wid.js';
import type { Account } from '../../account.js';
import { readyClient } from '../ready-client.js';

/** @throws Fault invalid_recipient, for a group as well */
export function parsePerson(text: string): ChatId {
  const id = parseRecipient(text);
  if (isGroupId(id))
    throw new Fault('invalid_recipient', { reason: `${id} is a group and no person.`, hint: null });
  return id;
}

export function contactHandlers(account: Account): Handlers<typeof contactMethods> {
  const contacts = () => readyClient(account).contacts;
  return {
    'contact.list': (query) => contacts().list(query),
    'contact.get': ({ contact }) => contacts().get(parsePerson(contact)),
    'contact.check': ({ number }) => {
      const id = parsePerson(number);
      if (numberOf(id) === null)
        throw new Fault('invalid_recipient', { reason: 'A phone number is needed to check.', hint: null });
      return contacts().check(id);
    },
    'contact.block': ({ contact, blocked = true }) => contacts().block(parsePerson(contact), blocked),
  };
}
