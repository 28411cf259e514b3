// Writes messages and events to a store until it kills itself in the middle of a group.
// Each number that is confirmed as written is printed at once.
//   node writer.js DIRECTORY LAST GROUPS
import { writeSync } from 'node:fs';
import { openStore } from '../../../src/store/open.js';
import { event, message, NOW } from './scratch.js';

const [directory = '', last = '0', groups = '1'] = process.argv.slice(2);
const store = openStore({ directory, now: () => NOW });
let n = Number(last);
for (let group = 1; ; group += 1) {
  const writes = Array.from({ length: 1 + (group % 4) }, () => {
    n += 1;
    const number = n;
    return store
      .write((tx) => {
        store.outbox.accept(
          tx,
          message(number, { key: `k${number}`, payload: { text: 'x'.repeat(number % 5_000) } }),
        );
        store.journal.append(tx, event(number));
        if (group > Number(groups)) process.kill(process.pid, 'SIGKILL');
      })
      .then(() => writeSync(1, `${number}\n`));
  });
  await Promise.all(writes);
}
