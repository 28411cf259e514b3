// Measures what accounts cost asleep and awake, and how long one takes to wake. Needs a build.
//   memory   PSS of all browsers and daemons with 1, 2, … N accounts, all awake and then all asleep
//   further  what one more account costs: the slope of these figures from 2 accounts on (with fewer, one account
//            bears all that they share)
//   fit      how many accounts fit into the memory of this machine, derived from the slope; 2 GiB are left to
//            the system
//   waking   from a request of the chats to its answer, against the same request awake
//   node bench/hibernate.mjs [--accounts N] [--rounds N] [--json FILE]
import { totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from '../build/src/socket/client.js';
import { browserOf, memoryOf, Rig } from './rig.mjs';
import { median } from './sample.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
const most = Number(values.accounts);
const BASE = 15_550_300_000;
/** After this long without a request an account sleeps, in minutes. */
const AFTER_MINUTES = 0.5;
/** Less than that: the memory awake is measured before they sleep. */
const SETTLED_MS = 10_000;
const TOML = `[hibernate]\nafterMinutes = ${AFTER_MINUTES}\nwakeMinutes = 0\n`;
const SYSTEM_MB = 2_048;
const limit = { timeoutMs: 180_000 };

const state = (client, name) => client.request('session.wait', { states: [name], timeoutMs: 180_000 }, limit);
async function ask({ client }) {
  const startedAt = performance.now();
  await client.request('chat.list', {}, limit);
  return performance.now() - startedAt;
}
async function bringUp(rig, n) {
  const subject = rig.wad(`wad-${n}`, String(BASE + n), { toml: TOML });
  await rig.post('/phones', { number: subject.phone });
  const child = subject.start();
  await subject.reached(child, 'linking');
  await rig.post(`/phones/${subject.phone}/scan`);
  await subject.reached(child, 'ready');
  return { child, client: await Client.connect(subject.socket) };
}

/** The PSS of all accounts together, MB. */
const sum = (accounts, pidsOf) => accounts.reduce((mb, one) => mb + memoryOf(pidsOf(one)).pss, 0);

async function measure(accounts) {
  // All of them at once, so that none sleeps before the last has woken.
  await Promise.all(accounts.map(ask));
  await sleep(SETTLED_MS);
  const awake = sum(accounts, ({ child }) => [...browserOf(child), child.pid]);
  for (const { client } of accounts) await state(client, 'hibernating');
  await sleep(SETTLED_MS);
  const asleep = sum(accounts, ({ child }) => [child.pid]);
  return { count: accounts.length, awake, asleep };
}

/** What one more account costs, and what all share: the line through two figures. */
function line(from, to, what) {
  const each = (to[what] - from[what]) / (to.count - from.count);
  return { each, fit: Math.floor((totalmem() / 2 ** 20 - SYSTEM_MB - (to[what] - each * to.count)) / each) };
}

const rig = await Rig.open({ knobs: { ballastMb: 40 } });
try {
  const accounts = [];
  const measured = [];
  for (let n = 0; n < most; n += 1) {
    accounts.push(await bringUp(rig, n));
    measured.push(await measure(accounts));
    const { awake, asleep } = measured.at(-1);
    console.error(`${n + 1} accounts: ${awake.toFixed(0)} MB awake, ${asleep.toFixed(0)} MB asleep`);
  }
  const [woken, warm] = [[], []];
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const account of accounts) {
      await state(account.client, 'hibernating');
      woken.push(await ask(account));
      warm.push(await ask(account));
    }
  for (const { client } of accounts) await client.close();
  const rows = measured.map(({ count, awake, asleep }) =>
    row({
      ...{ name: `${count} accounts, asleep against awake, PSS of each`, unit: 'MB' },
      ...{ ours: asleep / count, rival: awake / count, goal: { ratio: 0.3 } },
    }),
  );
  const [from, to] = [measured[1], measured.at(-1)];
  if (to.count > 2) {
    const [asleep, awake] = [line(from, to, 'asleep'), line(from, to, 'awake')];
    rows.push(
      row({ name: 'one more account, PSS', unit: 'MB', ours: asleep.each, rival: awake.each }),
      row({
        name: 'accounts that fit into this machine (derived)',
        unit: '',
        ours: asleep.fit,
        rival: awake.fit,
      }),
    );
  }
  rows.push(
    row({
      ...{ name: 'a request that wakes the account, against one awake', unit: 'ms' },
      ...{ ours: median(woken), rival: median(warm) },
    }),
  );
  report(rows, values.json);
} finally {
  await rig.close();
}
