// Prints the result of an action on a message in one line. Also declares the argument MESSAGE of those commands.
import { printable } from '../output.js';
import { chat } from './phone.js';

export const MESSAGE = {
  name: 'MESSAGE',
  required: true,
  does: 'its key or id, as `messages`, `events` and `send` show it',
} as const;

export const renderActed = (
  what: string,
  { messageId, chatId }: { readonly messageId: string | null; readonly chatId: string },
): string => `${what}  ${printable(messageId ?? '(not seen yet)')}  in ${printable(chat(chatId))}\n`;
