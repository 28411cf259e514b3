// Runs all benches one after another, each in its own process, and prints their rows as one table:
// scripts/bench.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { report } from './table.mjs';

const BENCHES = {
  'cli-start': 'a cold wactl against a minimal client',
  calls: 'a call against a bare echo',
  daemon: 'accepts and events against disk and socket',
  http: 'HTTP against the socket',
  gateway: 'the gateway against the HTTP of one account, and its memory',
  ready: 'a saved session to ready, and the memory of the Node process',
  send: 'a send up to the ack, and an event from the page',
  browser: 'memory and CPU of an idle browser',
  accounts: '16 accounts on this machine',
  boot: '16 accounts that start in line, and all at once',
  hibernate: 'an account asleep against awake',
  fleet: 'an account of a fleet: sends, events, a machine that stands by, a move',
  'fleet-upgrade': '16 accounts on three machines: a drain, an upgrade, a loss',
  'fleet-scale': 'agents and leases at 1,000 accounts',
  search: 'a search in a thousand and in a million messages, and the cost of the index',
  growth: 'costs by the number of chats and of events',
};

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'string' }, list: { type: 'boolean', default: false } },
});
if (values.list) {
  for (const [name, does] of Object.entries(BENCHES)) console.log(`${name.padEnd(13)} ${does}`);
  process.exit(0);
}
const chosen = values.only?.split(',') ?? Object.keys(BENCHES);
const unknown = chosen.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`scripts/bench: no bench ${unknown.join(', ')}; scripts/bench --list names them`);
  process.exit(64);
}

const home = mkdtempSync(join(tmpdir(), 'wad-bench-all-'));
let running;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => running?.kill('SIGINT'));
const rows = [];
try {
  for (const name of chosen) {
    console.error(`==> ${name}: ${BENCHES[name]}`);
    const json = join(home, name);
    const file = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
    running = spawn(process.execPath, [file, '--json', json], { stdio: ['ignore', 2, 2] });
    const [code] = await once(running, 'exit');
    if (code !== 0) throw new Error(`bench/${name}.mjs ended with ${code}`);
    rows.push(...JSON.parse(readFileSync(json, 'utf8')));
  }
  console.log(
    `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
  );
  report(rows, values.json);
} catch (error) {
  console.error(`scripts/bench: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}
