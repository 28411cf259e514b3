// Prints a poll with its votes as a table.
import type { Answered } from '../../protocol/types.js';
import { printable } from '../output.js';
import type { Names } from './name.js';
import { table } from './table.js';

export const renderPoll = (
  { question, options, voters }: Answered<'message.poll'>,
  { short }: Names,
): string => {
  const rows = options.map(({ text, votes, voters: who }) => [
    String(votes),
    printable(text),
    printable(who.map(({ id, fromMe }) => (fromMe ? 'me' : short(id))).join(', ')),
  ]);
  return `${printable(question ?? '')}\n${table(['VOTES', 'OPTION', 'WHO'], rows)}(${voters} voted)\n`;
};
