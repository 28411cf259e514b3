// Prints the answers to an event as a table.
import type { Answered } from '../../protocol/types.js';
import { printable } from '../output.js';
import type { Names } from './name.js';
import { table } from './table.js';
import { when } from './time.js';

export const renderAttendance = (
  { name, people }: Answered<'message.attendance'>,
  { short }: Names,
): string => {
  const rows = people.map(({ id, fromMe, answer, answeredAt }) => [
    printable(answer.replace('_', ' ')),
    printable(fromMe ? 'me' : short(id)),
    when(answeredAt),
  ]);
  return `${printable(name ?? '')}\n${table(['ANSWER', 'WHO', 'TIME'], rows)}(${people.length} answered)\n`;
};
