// Measures what an account costs asleep, and how long it takes to wake. Needs a build.
//   memory   PSS of the browser and the daemon, awake and asleep
//   waking   from a request of the chats to its answer, against the same request awake
//   node bench/hibernate.mjs [--accounts N] [--rounds N] [--json FILE]
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from '../build/src/socket/client.js';
import { browserOf, memoryOf, Rig } from './rig.mjs';
import { median } from './sample.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});
const count = Number(values.accounts);
const BASE = 15_550_300_000;
/** After this long without a request an account sleeps, in minutes. The memory awake is measured before. */
const AFTER_MINUTES = 0.2;
const SETTLED_MS = 8_000;
const TOML = `[hibernate]\nafterMinutes = ${AFTER_MINUTES}\nwakeMinutes = 0\n`;

const rig = await Rig.open({ knobs: { ballastMb: 40 } });
try {
  const accounts = [];
  const awake = [];
  for (let n = 0; n < count; n++) {
    const subject = rig.wad(`wad-${n}`, String(BASE + n), { toml: TOML });
    await rig.post('/phones', { number: subject.phone });
    const child = subject.start();
    await subject.reached(child, 'linking');
    await rig.post(`/phones/${subject.phone}/scan`);
    await subject.reached(child, 'ready');
    await sleep(SETTLED_MS);
    awake.push(memoryOf([...browserOf(child), child.pid]).pss);
    accounts.push({ subject, child, client: await Client.connect(subject.socket) });
  }
  const state = (client, name) =>
    client.request('session.wait', { states: [name], timeoutMs: 120_000 }, { timeoutMs: 120_000 });
  const ask = async (client) => {
    const startedAt = performance.now();
    await client.request('chat.list', {}, { timeoutMs: 120_000 });
    return performance.now() - startedAt;
  };
  const [woken, warm] = [[], []];
  for (let round = 0; round < Number(values.rounds); round++)
    for (const { client } of accounts) {
      await state(client, 'hibernating');
      woken.push(await ask(client));
      warm.push(await ask(client));
    }
  for (const { client } of accounts) await state(client, 'hibernating');
  await sleep(SETTLED_MS);
  const asleep = accounts.map(({ child }) => memoryOf([child.pid]).pss);
  for (const { client } of accounts) await client.close();
  report(
    [
      row({
        name: `memory of one of ${count} accounts, asleep against awake, PSS`,
        unit: 'MB',
        ours: median(asleep),
        rival: median(awake),
        goal: { ratio: 0.3 },
      }),
      row({
        name: 'a request that wakes the account, against one awake',
        unit: 'ms',
        ours: median(woken),
        rival: median(warm),
      }),
    ],
    values.json,
  );
} finally {
  await rig.close();
}
