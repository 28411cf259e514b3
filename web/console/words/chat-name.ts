// The ways in which an address names a chat.
import type { Chat } from '../../../src/protocol/types.js';

/** True when the name, an id or a number with its country code, means this chat. */
export function isMeant({ id, phone, lid }: Pick<Chat, 'id' | 'phone' | 'lid'>, name: string): boolean {
  const given = name.replaceAll(' ', '');
  return given === id || given === lid || (phone !== null && [`+${phone}`, `${phone}@c.us`].includes(given));
}
