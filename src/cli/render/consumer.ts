// Prints the named consumers of events.
import type { Result } from '../../protocol/method.js';
import type { METHODS } from '../../protocol/methods/index.js';
import { printable } from '../output.js';
import { table } from './table.js';
import { when } from './time.js';

export const renderConsumers = (
  consumers: Result<(typeof METHODS)['events.consumers']>['consumers'],
): string =>
  table(
    ['CONSUMER', 'BEHIND', 'LAST ACTIVE', 'CURSOR'],
    consumers.map(({ name, behind, usedAt, cursor }) => [
      printable(name),
      String(behind),
      when(usedAt),
      String(cursor),
    ]),
  );
