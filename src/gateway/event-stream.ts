// The server-sent events of every account that a caller may see, in one stream.
//   event: message      data: the event, with its account      id: where to continue, for all accounts
//   event: account      data: {account, running}: its daemon was reached or lost; not kept, so without an id
import type { EventStream } from '../http/event-stream.js';
import type { EventType } from '../protocol/state.js';
import { eventsOf } from './account-events.js';
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

/** Starts the stream. It ends with its connection. */
export function streamAll({ accounts, isWanted, types, from, stream, failed }: StreamOptions): void {
  const { closed } = stream;
  const reading = new Set<string>();

  const read = async (link: AccountLink): Promise<void> => {
    const { name } = link;
    const after = from.get(name);
    const place = after === null ? { after: 0, sinceMs: from.sinceMs } : { after };
    for await (const event of eventsOf(link, { ...place, types }, closed)) {
      from.set(name, event.cursor);
      if (!stream.send(event.type, { ...event, account: name }, String(from))) return;
      await stream.drained();
    }
  };
  const add = (link: AccountLink): void => {
    if (reading.has(link.name) || !isWanted(link.name)) return;
    reading.add(link.name);
    void read(link)
      .catch((error: unknown) => {
        failed(link.name, error);
        return link.feed.changed(closed);
      })
      .finally(() => {
        reading.delete(link.name);
        // The link may have been replaced, because the account has another socket now.
        const next = accounts.get(link.name);
        if (!closed.aborted && next !== undefined && !next.feed.isClosed) add(next);
      });
  };

  // The cursors of the accounts that were reached before are in the first id already.
  for (const { name, feed } of accounts.all)
    if (from.isNew && feed.last > 0 && isWanted(name)) from.set(name, feed.last);
  stream.begin(String(from));
  if (closed.aborted) return;
  for (const link of accounts.all) add(link);
  const unwatch = accounts.watch((link) => {
    if (closed.aborted || !isWanted(link.name)) return;
    stream.send('account', { account: link.name, running: link.isRunning }, null);
    add(link);
  });
  closed.addEventListener('abort', unwatch, { once: true });
}
