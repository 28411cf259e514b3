// Calls: asked of the page at once and not queued; a time-out is an outcome that nobody knows.
import type { Handlers } from '../../../protocol/method.js';
import type { callMethods } from '../../../protocol/methods/call.js';
import type { Account } from '../../account.js';
import { readyClient } from '../ready-client.js';

export function callHandlers(account: Account): Handlers<typeof callMethods> {
  return { 'calls.reject': ({ id }) => readyClient(account).calls.reject(id) };
}
