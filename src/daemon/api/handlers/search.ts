// message.search: finds messages of the journal.
import type { Handlers } from '../../../protocol/method.js';
import type { METHODS } from '../../../protocol/methods/index.js';
import { isPostId, parseRecipient } from '../../../protocol/wid.js';
import type { Store } from '../../../store/store.js';
import type { Feed } from '../../events/feed.js';
import type { MessageSearch } from '../../search/message-search.js';
import { messageOf } from '../known-message.js';

type SearchHandlers = Pick<Handlers<typeof METHODS>, 'message.search'>;

const PAGE = 20;

export function searchHandlers(search: MessageSearch, feed: Feed, store: Store): SearchHandlers {
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
  };
}
