// Measures a cold `wactl status` against the minimum: a bare Node script that connects to the socket, sends
// one request and prints the answer. The two take turns (A B A B …) in one run, so that other load affects
// both.
//   node bench/cli-start.mjs [--socket PATH] [--pairs N] [--max RATIO] [--json FILE]
// Without --socket a server of a few lines in this process answers. With --max it exits with 1 above that
// ratio. `wactl accounts` asks 16 such servers.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { METHODS } from '../build/src/protocol/methods/index.js';
import { median } from './sample.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: {
    socket: { type: 'string' },
    pairs: { type: 'string', default: '30' },
    max: { type: 'string' },
    json: { type: 'string' },
  },
});
const wactl = fileURLToPath(new URL('../dist/wactl.cjs', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'cli-start-'));
const floor = join(home, 'floor.cjs');
writeFileSync(
  floor,
  `const socket = require('node:net').connect(process.env.WAD_SOCKET);
let text = '';
socket.setEncoding('utf8');
socket.on('data', (chunk) => {
  text += chunk;
  if (!text.endsWith('\\n')) return;
  require('node:fs').writeSync(1, text);
  process.exit(0);
});
socket.write('{"jsonrpc":"2.0","id":1,"method":"session.status","params":{}}\\n');
`,
);

/** The directories of the accounts, as of a user: $XDG_RUNTIME_DIR/wad/NAME/control.sock. */
const ACCOUNTS = 16;
const runtime = join(home, 'run');
const sockets = Array.from({ length: ACCOUNTS }, (_, n) => {
  const directory = join(runtime, 'wad', `account-${n}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return join(directory, 'control.sock');
});
const answers = {
  'session.status': JSON.parse(readFileSync(new URL('../scripts/status.json', import.meta.url), 'utf8')),
  'daemon.info': METHODS['daemon.info'].example.result,
};
// A separate thread, because this one blocks in spawnSync.
const server = (paths) => `
const { parentPort } = require('node:worker_threads');
const answers = ${JSON.stringify(answers)};
const paths = ${JSON.stringify(paths)};
let open = 0;
for (const path of paths) require('node:net').createServer((socket) => {
  socket.setEncoding('utf8').on('data', (lines) => {
    for (const line of lines.trimEnd().split('\\n')) {
      const { id, method } = JSON.parse(line);
      socket.write(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }) + '\\n');
    }
  }).on('error', () => {});
}).listen(path, () => { open += 1; if (open === paths.length) parentPort.postMessage('listening'); });
`;

const path = values.socket ?? join(home, 's');
const worker = values.socket ? undefined : new Worker(server([path, ...sockets]), { eval: true });
if (worker) await new Promise((resolve) => worker.once('message', resolve));

const env = { ...process.env, WAD_SOCKET: path };
delete env.NODE_EXTRA_CA_CERTS; // Node 20 would read the whole bundle at each start
delete env.NODE_OPTIONS;
const { WAD_SOCKET: _, ...many } = { ...env, HOME: home, XDG_RUNTIME_DIR: runtime };
function time(args, around = env) {
  const startedAt = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { env: around });
  const ms = Number(process.hrtime.bigint() - startedAt) / 1e6;
  if (status !== 0) throw new Error(`${args.join(' ')} exited ${status}: ${stderr}`);
  return ms;
}

const pairs = Number(values.pairs);
const a = [];
const b = [];
const nothing = [];
const lists = [];
for (let i = -2; i < pairs; i += 1) {
  const pair = [time([floor]), time([wactl, 'status']), time(['-e', '0'])];
  if (i < 0) continue; // the first pairs warm the disk's cache
  a.push(pair[0]);
  b.push(pair[1]);
  nothing.push(pair[2]);
  if (worker) lists.push(time([wactl, 'accounts'], many));
}
await worker?.terminate();
rmSync(home, { recursive: true, force: true });

const ratio = median(b) / median(a);
const paired = median(b.map((ms, i) => ms / a[i]));
report(
  [
    row({
      name: 'cold wactl status, against a minimal client',
      unit: 'ms',
      ours: median(b),
      rival: median(a),
      goal: { ratio: 1.18 },
    }),
    row({ name: "the same, median of the pairs' ratios", unit: '×', ours: paired, goal: { value: 1.18 } }),
    row({
      name: 'cold wactl status, against node -e 0',
      unit: 'ms',
      ours: median(b),
      rival: median(nothing),
    }),
    ...(lists.length === 0
      ? []
      : [
          row({
            name: `cold wactl accounts of ${ACCOUNTS} accounts, against wactl status`,
            unit: 'ms',
            ours: median(lists),
            rival: median(b),
            goal: { value: 150 },
          }),
        ]),
  ],
  values.json,
);
if (values.max !== undefined && ratio > Number(values.max)) process.exitCode = 1;
