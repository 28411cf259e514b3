// One row of the list of accounts: what the daemon of the account answers, or why it does not.
import type { AccountLine } from '../protocol/account-line.js';
import { Fault } from '../protocol/fault.js';
import type { Answered } from '../protocol/types.js';
import type { AccountLink } from './account-link.js';
import { within } from './within.js';

/** A daemon that does not answer must not delay the rows of the others. */
const ASK_MS = 2_500;

/** Never rejects: the row has the error. */
export async function lineOf(link: AccountLink): Promise<AccountLine> {
  const { name: account, way } = link;
  const { socket, address } = way;
  try {
    if (!link.isRunning) throw link.trouble ?? new Fault('unreachable');
    const options = { timeoutMs: ASK_MS, writes: false };
    const asked = Promise.all([
      link.call('session.status', {}, options) as Promise<Answered<'session.status'>>,
      link.call('daemon.info', {}, options) as Promise<Answered<'daemon.info'>>,
    ]);
    const answers = await within(ASK_MS, asked);
    if (answers === undefined)
      throw new Fault('deadline_exceeded', { reason: `the daemon did not answer within ${ASK_MS} ms` });
    const [status, info] = answers;
    return { account, socket, running: true, status, info, error: null };
  } catch (error) {
    const { kind, message, hint } = Fault.of(error).addressedTo(address);
    const running = kind !== 'unreachable';
    return { account, socket, running, status: null, info: null, error: { kind, reason: message, hint } };
  }
}
