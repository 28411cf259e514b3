// message.search and message.purge: find messages of the journal, and remove them.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers, Result } from '../../../protocol/method.js';
import type { METHODS } from '../../../protocol/methods/index.js';
import { isoTime } from '../../../protocol/time.js';
import { isPostId, parseRecipient } from '../../../protocol/wid.js';
import type { Store } from '../../../store/store.js';
import type { Feed } from '../../events/feed.js';
import type { MessageSearch } from '../../search/message-search.js';
import { messageOf } from '../known-message.js';

type SearchHandlers = Pick<Handlers<typeof METHODS>, 'message.search' | 'message.purge'>;

const PAGE = 20;
const HISTORY = 20;

type Counts = Omit<Result<(typeof METHODS)['message.purge']>, 'dryRun' | 'leftovers' | 'earlier'>;
type Filter =
  | { readonly by: 'age'; readonly beforeMs: number }
  | { readonly by: 'chat' | 'person'; readonly ids: readonly string[] };

export interface Purging {
  run(filter: Filter, isDry: boolean): Promise<Counts>;
  leftovers(): Promise<string[]>;
}

export function searchHandlers(
  search: MessageSearch,
  purger: Purging,
  feed: Feed,
  store: Store,
): SearchHandlers {
  /** Both identities of a person. @throws Fault invalid_recipient */
  const idsOf = (ref: string | undefined): readonly string[] | null => {
    if (ref === undefined) return null;
    const trimmed = ref.trim();
    const id = isPostId(trimmed) ? trimmed : parseRecipient(ref);
    const pair = store.identities.pairOf(id);
    return pair === null ? [id] : [pair.number, pair.lid];
  };
  const msOf = (at: string | undefined): number | null => (at === undefined ? null : Date.parse(at));
  return {
    'message.search': async ({ text, chat, sender, kinds, direction, since, until, order, limit, after }) => {
      // A caller that has just learnt of a message in another way must find it here.
      await feed.settled();
      const found = await search.find({
        text,
        chat: idsOf(chat),
        sender: idsOf(sender),
        kinds: kinds ?? null,
        fromMe: direction === undefined ? null : direction === 'out',
        sinceMs: msOf(since),
        untilMs: msOf(until),
        order: order ?? 'best',
        limit: limit ?? PAGE,
        after: after ?? null,
      });
      const messages = found.messages.flatMap(({ message: data, marks, ...hit }) => {
        const message = messageOf(store, data);
        return message === null ? [] : [{ ...hit, message, marks: [...marks] }];
      });
      return { messages, next: found.next, behind: search.behind };
    },
    'message.purge': async ({ before, chat, person, dryRun = false }) => {
      const filters: Filter[] = [];
      const chats = idsOf(chat);
      const people = idsOf(person);
      if (before !== undefined) filters.push({ by: 'age', beforeMs: Date.parse(before) });
      if (chats !== null) filters.push({ by: 'chat', ids: chats });
      if (people !== null) filters.push({ by: 'person', ids: people });
      const [filter] = filters;
      if (filter === undefined || filters.length > 1)
        throw new Fault('invalid_params', { reason: 'Give one of before, chat and person.', hint: null });
      const earlier = store.purge.history(HISTORY).map(({ atMs, by, counts }) => ({
        at: isoTime(atMs),
        by,
        events: counts.events ?? 0,
      }));
      await feed.settled();
      return { dryRun, ...(await purger.run(filter, dryRun)), leftovers: await purger.leftovers(), earlier };
    },
  };
}
