/**
 * The reactions of this account to posts. The page has them in its database, and not in what the server lists
 * (WAWebNewsletterReactionCollection, 2026-04-27).
 */
import type { MsgKey } from './msg-key.js';
import { storage } from './storage.js';

const NAME = 'ownChannelReactions';
type Kept = Record<string, string>;
const kept = async (): Promise<Kept> => ((await storage.prefs())[NAME] as Kept | undefined) ?? {};

/** @param emoji empty: removes it */
export async function keepOwnReaction(key: MsgKey, emoji: string): Promise<void> {
  const { [String(key)]: _earlier, ...others } = await kept();
  const now = emoji === '' ? others : { ...others, [String(key)]: emoji };
  await storage.putPrefs({ ...(await storage.prefs()), [NAME]: now });
}

class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

export const NewsletterMessageReactionsCollection = {
  /** @param key the whole key as text. Rejects when the post has no reaction. */
  async find(key: string): Promise<{ id: string; myReaction: string }> {
    const myReaction = (await kept())[key];
    if (myReaction === undefined) throw new NotFoundError('No reactions to display');
    return { id: key, myReaction };
  },
};
