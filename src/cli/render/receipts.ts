// Prints who has received, read and played a message as a table.
import type { Answered } from '../../protocol/types.js';
import { printable } from '../output.js';
import type { Names } from './name.js';
import { table } from './table.js';
import { when } from './time.js';

export const renderReceipts = ({ people, pending }: Answered<'message.info'>, { short }: Names): string => {
  const rows = people.map(({ id, state, deliveredAt, readAt, playedAt }) => [
    printable(short(id)),
    printable(state),
    when(deliveredAt),
    when(readAt),
    when(playedAt),
  ]);
  const waiting = pending > 0 ? `(${pending} have not received it yet)\n` : '';
  const none = people.length === 0 && pending === 0 ? 'nobody has received it yet\n' : '';
  return table(['WHO', 'STATE', 'DELIVERED', 'READ', 'PLAYED'], rows) + waiting + none;
};
