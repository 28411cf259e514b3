// status.*: reads the statuses of others, and marks them as seen, on request only.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { statusMethods } from '../../../protocol/methods/status.js';
import type { StatusPage } from '../../../session/page-port.js';
import type { Store } from '../../../store/store.js';
import type { Account } from '../../account.js';
import { halfKnownIn, namedIn } from '../../incoming/event-people.js';
import { parsePerson } from '../parse-person.js';
import { readyClient } from '../ready-client.js';

export function statusHandlers(account: Account, store: Store): Handlers<typeof statusMethods> {
  /** @throws Fault not_ready soon after the link: on some accounts, reading statuses then ends it (U2) */
  const statuses = async (): Promise<StatusPage> => {
    const client = readyClient(account);
    const fromMs = await account.statusesFromMs();
    if (Date.now() < fromMs)
      throw new Fault('not_ready', {
        reason: `Statuses of others are not read before ${new Date(fromMs).toISOString()}: on some accounts, reading them soon after linking ends the link.`,
        hint: null,
      });
    return client.statuses;
  };
  return {
    'status.list': async (part) => (await statuses()).list(part),
    'status.get': async ({ contact }) => {
      const told = await (await statuses()).get(parsePerson(contact));
      await account.incoming.people.meet(told.messages.flatMap((message) => halfKnownIn(store, message)));
      const messages = told.messages.map((message) => ({ ...message, ...namedIn(store, message) }));
      return { ...told, messages };
    },
    'status.see': async ({ contact }) => (await statuses()).see(parsePerson(contact)),
  };
}
