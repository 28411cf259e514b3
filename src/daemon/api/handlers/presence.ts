// presence.*: whose presence is reported.
import type { Handlers } from '../../../protocol/method.js';
import type { presenceMethods } from '../../../protocol/methods/presence.js';
import type { Account } from '../../account.js';
import { parsePerson } from '../parse-person.js';
import { readyClient } from '../ready-client.js';

export function presenceHandlers(account: Account): Handlers<typeof presenceMethods> {
  return {
    'presence.subscribe': async ({ contact, subscribed = true }) => {
      const { presence } = readyClient(account);
      const person = parsePerson(contact);
      if (subscribed) await account.presence.add(person);
      else await account.presence.remove(person);
      return { people: account.presence.people, online: await presence.isOnline() };
    },
  };
}
