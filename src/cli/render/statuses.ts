// Prints who has posted statuses.
import type { Statuses } from '../../protocol/methods/status.js';
import { printable } from '../output.js';
import { who } from './chat.js';
import { table } from './table.js';
import { when } from './time.js';

export const renderStatuses = (people: readonly Statuses[]): string =>
  people.length === 0
    ? ''
    : table(
        ['UNSEEN', 'STATUSES', 'LAST', 'NAME', 'PERSON'],
        people.map((one) => [
          one.unseen > 0 ? String(one.unseen) : '',
          String(one.total),
          when(one.lastAt),
          printable(one.name),
          who(one),
        ]),
      );
