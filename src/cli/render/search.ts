// Prints the messages that a search found.
import type { Result } from '../../protocol/method.js';
import type { METHODS } from '../../protocol/methods/index.js';
import { printable } from '../output.js';
import type { Names } from './name.js';
import { table } from './table.js';
import { when } from './time.js';

type Hit = Result<(typeof METHODS)['message.search']>['messages'][number];

/** A table of messages. Other commands accept the key. */
export const renderFound = (found: readonly Hit[], { short }: Names): string =>
  table(
    ['TIME', 'WHO', 'CHAT', 'KEY', 'TEXT'],
    found.map(({ message, snippet, edited }) => [
      when(message.timestamp),
      message.fromMe ? 'me' : printable(short(message.author ?? message.from)),
      printable(short(message.chatId)),
      printable(message.key),
      `${message.type === 'text' ? '' : `[${printable(message.type)}] `}${printable(snippet)}${edited ? ' (edited)' : ''}`,
    ]),
  );
