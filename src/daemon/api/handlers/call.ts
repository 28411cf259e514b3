// Calls. The page is asked at once, not queued; a time-out leaves the outcome unknown.
import type { Handlers } from '../../../protocol/method.js';
import type { callMethods } from '../../../protocol/methods/call.js';
import type { METHODS } from '../../../protocol/methods/index.js';
import type { Account } from '../../account.js';
import { readyClient } from '../ready-client.js';

export function callHandlers(
  account: Account,
  { 'message.send': send }: Pick<Handlers<typeof METHODS>, 'message.send'>,
): Handlers<typeof callMethods> {
  return {
    'calls.reject': async ({ id, text }, call) => {
      readyClient(account);
      const { from } = await account.incoming.calls.reject(id, 'request');
      if (text === undefined) return { id, from, message: null };
      // A repeated request for the same call sends the text once.
      const sent = await send({ to: from, text, key: `call:${id}` }, call);
      return { id, from, message: sent.id };
    },
  };
}
