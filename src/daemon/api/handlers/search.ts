// message.search and message.purge: find messages of the journal or of the page, and remove those of the journal.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers, Params, Result } from '../../../protocol/method.js';
import type { METHODS } from '../../../protocol/methods/index.js';
import { isoTime } from '../../../protocol/time.js';
import { accountOf, isPostId, parseRecipient } from '../../../protocol/wid.js';
import type { Store } from '../../../store/store.js';
import type { Account } from '../../account.js';
import type { Feed } from '../../events/feed.js';
import { halfKnownIn, namedIn } from '../../incoming/event-people.js';
import type { MessageSearch } from '../../search/message-search.js';
import { searchPage } from '../../search/page-search.js';
import { messageOf } from '../known-message.js';
import { parsePerson } from '../parse-person.js';
import { readyClient } from '../ready-client.js';

type Search = (typeof METHODS)['message.search'];
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
  account: Account,
): SearchHandlers {
  /** Both identities of a person. @throws Fault invalid_recipient */
  const idsOf = (ref: string | undefined): readonly string[] | null => {
    if (ref === undefined) return null;
    const trimmed = ref.trim();
    return bothOf(isPostId(trimmed) ? trimmed : parseRecipient(ref));
  };
  const bothOf = (id: string): readonly string[] => {
    const pair = store.identities.pairOf(id);
    return pair === null ? [id] : [pair.number, pair.lid];
  };
  /** Not this account, which every message names. @throws Fault invalid_recipient */
  const personOf = (ref: string | undefined): readonly string[] | null => {
    if (ref === undefined) return null;
    const ids = bothOf(parsePerson(ref));
    const { wid } = store.account;
    if (wid === null || !ids.includes(accountOf(wid))) return ids;
    throw new Fault('invalid_recipient', {
      reason: `${ref.trim()} is this account itself, and every message names it: everything would be removed.`,
      hint: 'wactl purge --help',
    });
  };
  /** @throws (rejects) Fault invalid_params, invalid_recipient, and those of the page */
  const inPage = async ({
    text,
    chat,
    limit = PAGE,
    after,
    ...others
  }: Omit<Params<Search>, 'in'>): Promise<Result<Search>> => {
    const [filter] = Object.keys(others);
    if (filter !== undefined)
      throw new Fault('invalid_params', {
        reason: `The search of WhatsApp Web has no \`${filter}\`: it takes \`text\`, \`chat\`, \`limit\` and \`after\`.`,
        hint: null,
      });
    const { chats } = readyClient(account);
    const asked = {
      text,
      chat: chat === undefined ? null : parseRecipient(chat),
      limit,
      after: after ?? null,
    };
    const { hits, next } = await searchPage(chats, asked);
    await account.incoming.people.meet(hits.flatMap(({ message }) => halfKnownIn(store, message)));
    const snippets = search.snippets(
      text,
      hits.map(({ message }) => message),
    );
    const messages = hits.map(({ message, edited }, n) => ({
      ...{ message: { ...message, ...namedIn(store, message) }, edited },
      ...{ snippet: '', marks: [], ...snippets[n] },
    }));
    return { messages, next, behind: 0 };
  };
  const msOf = (at: string | undefined): number | null => (at === undefined ? null : Date.parse(at));
  return {
    'message.search': async ({ in: place = 'journal', ...question }) => {
      if (place === 'page') return inPage(question);
      const { text, chat, sender, kinds, direction, since, until, order, limit, after } = question;
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
      return { messages, next: found.next, behind: found.behind };
    },
    'message.purge': async ({ before, chat, person, dryRun = false }) => {
      const filters: Filter[] = [];
      const chats = idsOf(chat);
      const people = personOf(person);
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
