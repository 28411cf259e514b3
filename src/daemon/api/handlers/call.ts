// Calls. The page is asked at once, not queued; a time-out leaves the outcome unknown.
import type { Handlers } from '../../../protocol/method.js';
import type { callMethods } from '../../../protocol/methods/call.js';
import type { Account } from '../../account.js';
import { readyClient } from '../ready-client.js';

export function callHandlers(account: Account): Handlers<typeof callMethods> {
  return { 'calls.reject': ({ id }) => readyClient(account).calls.reject(id) };
}
