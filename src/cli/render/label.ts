// Prints labels as a table.
import type { Label } from '../../protocol/methods/label.js';
import { printable } from '../output.js';
import { table } from './table.js';

export const renderLabels = (labels: readonly Label[]): string =>
  table(
    ['ID', 'NAME', 'COLOUR', 'CHATS'],
    labels.map(({ id, name, color, chats }) => [
      printable(id),
      printable(name),
      color === null ? '' : String(color),
      String(chats),
    ]),
  );
