// Finds messages with the page's own search, one part after another: what WhatsApp Web has stored, recorded here or not.
import { Fault } from '../../protocol/fault.js';
import type { ChatId } from '../../protocol/wid.js';

/** What the page is asked for. */
export interface PageSearch<M> {
  /** @param page from 1. @returns `edited`: keys of messages whose text was changed */
  search(
    text: string,
    chat: ChatId | null,
    page: number,
  ): Promise<{ readonly messages: readonly M[]; readonly edited: readonly string[]; readonly more: boolean }>;
}

export interface PageQuestion {
  readonly text: string;
  /** Null: every chat. */
  readonly chat: ChatId | null;
  readonly limit: number;
  /** `next` of the previous answer. */
  readonly after: string | null;
}

export interface FoundInPage<M> {
  readonly hits: readonly { readonly message: M; readonly edited: boolean }[];
  readonly next: string | null;
}

/** One call reads at most this many pages of the page's search: 150 messages, and a call returns 100. */
const MOST_PAGES = 3;

/** @throws (rejects) Fault invalid_params, and those of the page */
export async function searchPage<M extends { readonly key: string }>(
  chats: PageSearch<M>,
  { text, chat, limit, after }: PageQuestion,
): Promise<FoundInPage<M>> {
  let { page, skip } = placeOf(after);
  const hits: { message: M; edited: boolean }[] = [];
  for (let read = 0; read < MOST_PAGES; read += 1) {
    const { messages, edited, more } = await chats.search(text, chat, page);
    const taken = messages.slice(skip, skip + limit - hits.length);
    for (const message of taken) hits.push({ message, edited: edited.includes(message.key) });
    skip += taken.length;
    if (skip < messages.length) break;
    if (!more) return { hits, next: null };
    page += 1;
    skip = 0;
    if (hits.length === limit) break;
  }
  return { hits, next: `page-${page}-${skip}` };
}

/** @throws Fault invalid_params */
function placeOf(after: string | null): { page: number; skip: number } {
  if (after === null) return { page: 1, skip: 0 };
  const [, page, skip] = /^page-(\d{1,6})-(\d{1,3})$/.exec(after) ?? [];
  if (page === undefined || page === '0')
    throw new Fault('invalid_params', {
      reason: '`after` is not the `next` of an earlier answer to the same question.',
      hint: null,
    });
  return { page: Number(page), skip: Number(skip) };
}
