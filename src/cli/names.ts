// Fetches the names of people and groups for text output, with one request for each list, and none for JSON. If a request
// fails, numbers and ids are shown instead.

import type { Context } from './command.js';
import type { Identified } from './render/name.js';
import { Names } from './render/name.js';

const ASK_MS = 2_000;
const MOST = 1_000;

/** Never rejects: a list is shown whether or not the account is ready. */
export async function namesFor({ ask, output }: Pick<Context, 'ask' | 'output'>): Promise<Names> {
  if (output !== 'text') return Names.NONE;
  const known = async (list: Promise<readonly Identified[]>): Promise<readonly Identified[]> =>
    list.catch(() => []);
  const found = await Promise.all([
    known(
      ask('contact.list', { all: true, limit: MOST }, { timeoutMs: ASK_MS }).then(({ contacts }) => contacts),
    ),
    known(ask('chat.list', { limit: MOST }, { timeoutMs: ASK_MS }).then(({ chats }) => chats)),
  ]);
  return new Names(found.flat());
}
