// Prints the result of `send`.
import type { Outgoing } from '../../protocol/schema.js';
import type { SendState } from '../../protocol/state.js';
import { printable } from '../output.js';
import { chat } from './phone.js';

/** The answer of message.send. */
export interface Accepted {
  readonly id: string;
  readonly messageId: string;
  readonly state: SendState;
}

export const renderSent = (message: Accepted | Outgoing): string =>
  `${message.state}  ${printable(message.id)}${'chatId' in message ? `  to ${printable(chat(message.chatId))}` : ''}\n`;
