// Reads a chat backwards from WhatsApp Web's own store, page by page.
import { Fault } from '../../protocol/fault.js';
import type { Message } from '../../protocol/schema.js';
import type { AskTyped } from './ask.js';

const PAGE = 200;

/**
 * Why the reading ended. `start`: there are no older messages. `known`: an earlier export continues from there. `since`:
 * older ones are not wanted. `stuck`: WhatsApp Web says that there are older messages, and returns none.
 */
export type WalkEnd = 'start' | 'known' | 'since' | 'stuck';

export interface Walk {
  readonly chat: string;
  /** The key of the oldest message that an interrupted run has read; null: begin with the newest. */
  readonly from: string | null;
  readonly since: string | null;
  /** True for a message where the reading may end. */
  readonly ends: (message: Message) => boolean;
  /** Takes a page, newest message first. */
  readonly take: (newestFirst: readonly Message[]) => Promise<void>;
}

export async function walkBack(ask: AskTyped, { chat, from, since, ends, take }: Walk): Promise<WalkEnd> {
  const seen = new Set<string>();
  let limit = PAGE;
  for (let before = from; ; ) {
    let page: { readonly messages: readonly Message[]; readonly more: boolean };
    try {
      page = await ask('chat.messages', { chat, limit, ...(before === null ? {} : { before }) });
    } catch (error) {
      const { kind } = Fault.of(error);
      if (kind === 'answer_too_long' && limit > 1) {
        limit = Math.ceil(limit / 4);
        continue;
      }
      // The message where the last run stopped is not there any more: begin with the newest one.
      if (kind === 'no_such_message' && before === from && before !== null) {
        before = null;
        continue;
      }
      throw error;
    }
    const fresh = page.messages.filter(({ key }) => !seen.has(key));
    for (const { key } of fresh) seen.add(key);
    await take(fresh.filter(({ timestamp }) => since === null || timestamp >= since).reverse());
    const [oldest] = fresh;
    if (fresh.some(ends)) return 'known';
    if (oldest !== undefined && since !== null && oldest.timestamp < since) return 'since';
    if (!page.more) return 'start';
    if (oldest === undefined) return 'stuck';
    before = oldest.key;
  }
}
