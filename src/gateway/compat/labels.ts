// Reads and sets the labels of a chat for a foreign request. Both programs give the whole set that a chat is to have.
import { Fault } from '../../protocol/fault.js';
import type { Answered } from '../../protocol/types.js';
import type { Door } from './row.js';

export type Label = Answered<'label.list'>['labels'][number];

/** All labels of an account: a business account has 20, and lists are few. */
export const MOST_LABELS = { limit: 1000 } as const;

/** The chats that one request may set labels on. */
const MOST_CHATS = 64;

/** Says what both programs' routes do with a set of labels. */
export const SETTING =
  'One change after another: when one fails, those before it stay. A label that does not exist is an error.';

/** @throws (rejects) Fault of chat.get and label.list */
export async function labelsOf(door: Door, account: string, chat: string): Promise<readonly Label[]> {
  const on = (await door.ask(account, 'chat.get', { chat })).labels.map(({ id }) => id);
  if (on.length === 0) return [];
  const { labels } = await door.ask(account, 'label.list', MOST_LABELS);
  return labels.filter(({ id }) => on.includes(id));
}

/** Puts these labels on a chat, and takes off all others. @throws (rejects) Fault of chat.get and label.assign */
export async function setLabels(
  door: Door,
  account: string,
  chat: string,
  wanted: readonly string[],
): Promise<void> {
  const on = (await door.ask(account, 'chat.get', { chat })).labels.map(({ id }) => id);
  for (const label of new Set(wanted))
    if (!on.includes(label)) await door.ask(account, 'label.assign', { label, chat });
  for (const label of on)
    if (!wanted.includes(label)) await door.ask(account, 'label.assign', { label, chat, assigned: false });
}

/** @throws (rejects) Fault invalid_params; those of setLabels */
export async function setLabelsOfAll(
  door: Door,
  account: string,
  chats: readonly string[],
  wanted: readonly string[],
): Promise<void> {
  if (chats.length > MOST_CHATS)
    throw new Fault('invalid_params', { reason: `at most ${MOST_CHATS} chats at once`, hint: null });
  for (const chat of chats) await setLabels(door, account, chat, wanted);
}
