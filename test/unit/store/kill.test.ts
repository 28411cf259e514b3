// Confirmed writes survive a kill -9 in the middle of writing.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { Database } from '../../../src/store/database.js';
import { openStore } from '../../../src/store/open.js';
import { NOW, scratch } from './scratch.js';

const writer = fileURLToPath(new URL('writer.js', import.meta.url));

/** Runs the writer until it is killed. @returns the numbers that it reported as written */
function written(directory: string, last: number, round: number): Promise<number[]> {
  // Alternately it kills itself within a group, or this process kills it at any point.
  const itself = round % 2 === 0;
  const child = spawn(process.execPath, [writer, directory, `${last}`, itself ? `${round * 4}` : '1000000']);
  const reports: number[] = [];
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  createInterface(child.stdout).on('line', (line) => {
    reports.push(Number(line));
    if (!itself && reports.length === round * 6) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('close', (_, signal) => (signal === 'SIGKILL' ? resolve(reports) : reject(new Error(stderr))));
  });
}

t.test('after kill -9 in the middle of writing, twenty times, every confirmed write is there', async (t) => {
  const directory = scratch(t);
  let last = 0;
  for (let round = 1; round <= 20; round += 1) {
    const reports = await written(directory, last, round);
    const store = openStore({ directory, now: () => NOW });
    t.equal(store.report.replaced, null);
    const missing = reports.filter(
      (n) => store.outbox.get(`m-${n}`) === null || store.journal.get(NOW + n)?.data.n !== n,
    );
    t.same(missing, [], `round ${round}: ${reports.length} were confirmed`);
    t.ok(reports.length > 0 && store.journal.last >= NOW + Math.max(...reports));
    last = store.journal.last - NOW;
    store.close();
    const db = new Database(join(directory, 'wad.sqlite'));
    t.equal(db.pragma('integrity_check'), 'ok');
    db.close();
  }
});
