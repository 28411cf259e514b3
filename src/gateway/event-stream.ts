// The server-sent events of every account that a caller may see, in one stream.
//   event: message      data: the event, with its account      id: where to continue, for all accounts
//   event: account      data: {account, running}: its daemon was reached or lost; not kept, so without an id
import type { EventStream } from '../http/event-stream.js';
import type { EventType } from '../protocol/state.js';
import { isoTime } from '../protocol/time.js';
import { eventsUntilNow } from './account-events.js';
import type { AccountLink } from './account-link.js';
import type { Accounts } from './accounts.js';
import type { CursorVector } from './cursor-vector.js';

export interface StreamOptions {
  readonly accounts: Accounts;
  /** Whether the caller may see an account, and asked for it. */
  readonly isWanted: (account: string) => boolean;
  readonly types: readonly EventType[] | undefined;
  readonly from: CursorVector;
  readonly stream: EventStream;
  /** Called with an error that ends the events of one account. */
  readonly failed: (account: string, error: unknown) => void;
}

/** When a journal that could not be read is read again, unless the account reports something before. */
const AGAIN_MS = 1_000;

/**
 * Starts the stream. It ends with its connection. Between events an account costs it nothing: there may be hundreds of
 * streams, each of a hundred accounts.
 */
export function streamAll({ accounts, isWanted, types, from, stream, failed }: StreamOptions): void {
  const { closed } = stream;
  /** Accounts whose events are being sent; true: more have come meanwhile. */
  const sending = new Map<string, boolean>();

  /** Sends the events that are available now. @returns whether to try again, although the account reports nothing */
  const send = async (link: AccountLink): Promise<boolean> => {
    const { name } = link;
    const after = from.get(name);
    const begin = after === null ? { from: isoTime(from.sinceMs) } : { after };
    const events = eventsUntilNow(link, { begin, types }, closed);
    for (;;) {
      const { done, value } = await events.next();
      if (done) {
        if ('after' in value.begin) from.set(name, value.begin.after);
        return !value.isLast;
      }
      from.set(name, value.cursor);
      if (!stream.send(value.type, { ...value, account: name }, String(from))) return false;
      await stream.drained();
    }
  };
  const go = async (link: AccountLink): Promise<void> => {
    const { name } = link;
    if (closed.aborted || !isWanted(name)) return;
    if (sending.has(name)) {
      sending.set(name, true);
      return;
    }
    try {
      for (let more = true; more && !closed.aborted; more = sending.get(name) === true) {
        sending.set(name, false);
        const isEarly = await send(link);
        if (isEarly && link.isRunning && !link.feed.isClosed) {
          await link.feed.changed(closed, AGAIN_MS);
          sending.set(name, true);
        }
      }
    } catch (error) {
      failed(name, error);
    } finally {
      sending.delete(name);
    }
  };

  // The cursors of the accounts that were reached before are in the first id already.
  for (const { name, feed } of accounts.all)
    if (from.isNew && feed.last > 0 && isWanted(name)) from.set(name, feed.last);
  stream.begin(String(from));
  if (closed.aborted) return;
  const leave = [
    accounts.follow((link) => void go(link)),
    accounts.watch((link) => {
      if (closed.aborted || !isWanted(link.name)) return;
      stream.send('account', { account: link.name, running: link.isRunning }, null);
      void go(link);
    }),
  ];
  const end = (): void => {
    for (const one of leave) one();
  };
  closed.addEventListener('abort', end, { once: true });
  for (const link of accounts.all) void go(link);
}
