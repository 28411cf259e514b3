// Prints how many older messages were read, and why no more.
import type { Answered } from '../../protocol/types.js';
import { printable } from '../output.js';
import { chat } from './phone.js';
import { when } from './time.js';

const ENDS: Readonly<Record<string, string>> = {
  count: '',
  start: 'this is the first message of the chat',
  phone_silent: 'the phone did not answer: switch it on, then repeat the command',
  not_offered: 'WhatsApp gives older messages to no linked device of this account now',
  no_access: 'the phone keeps older messages to itself: in its settings, allow this device the whole history',
  paused: 'WhatsApp Web asks the phone again in two hours, after ten failures',
  transferring: 'the phone is still transferring its newest messages: repeat the command later',
  time: 'repeat the command to continue',
};

export function renderHistory({ chat: id, fetched, oldest, end }: Answered<'history.fetch'>): string {
  const back = oldest === null ? '' : `, back to ${when(oldest)}`;
  const why = ENDS[end] ?? end;
  return `${printable(chat(id))}  ${fetched} older ${fetched === 1 ? 'message' : 'messages'}${back}\n${why && `(${why})\n`}`;
}
