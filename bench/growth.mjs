// Measures how costs grow. Needs a build.
//   chats  an account with 100, 1,000 and 10,000 chats: time from a saved session to ready, and PSS of the
//          browser, compared with a bare whatsapp-web.js on a phone of the same size; a send to the server's
//          ack; message.send's answer
//   rows   a journal of 10³ to 10⁶ events, without a browser: the start of the daemon, a page of 100 events
//          from the middle, an accepted send, and memory
//   node bench/growth.mjs [--chats 100,1000,10000] [--rows 1000,10000,100000,1000000] [--json FILE] [--chart]
// --chart prints the charts of docs/performance.md. Goals: flat or linear, which people judge better from a
// chart.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from '../build/src/socket/client.js';
import { browserOf, memoryOf, Rig, rssMb } from './rig.mjs';
import { median } from './sample.mjs';
import { seed } from './seed.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: {
    chats: { type: 'string', default: '100,1000,10000' },
    rows: { type: 'string', default: '1000,10000,100000,1000000' },
    json: { type: 'string' },
    chart: { type: 'boolean', default: false },
  },
});
const numbers = (list) => list.split(',').filter(Boolean).map(Number);
const ROUNDS = 3;
const SENDS = 20;
async function msOf(act) {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}
async function timesOf(count, act) {
  const times = [];
  for (let n = 0; n < count; n += 1) times.push(await msOf(() => act(n)));
  return median(times);
}

async function withChats(chats) {
  const rig = await Rig.open({ knobs: { historyLimit: 100_000 } });
  try {
    const subjects = [
      rig.wad('wad', '15550001111', { toml: '[pacing]\nmode = "off"\n' }),
      rig.bare('bare', '15550003333'),
    ];
    for (const { phone } of subjects) await rig.post('/phones', { number: phone });
    for (let n = 0; n < chats; n += 1) {
      const number = String(15_551_000_000 + n);
      await rig.post('/contacts', { number, name: `Person ${n}`, known: true });
      for (const { phone } of subjects)
        await rig.post(`/contacts/${number}/send`, { body: `hello ${n}`, to: phone });
    }
    const seen = {};
    for (const subject of subjects) {
      await rig.link(subject, { isThere: true });
      const starts = [];
      let browser;
      for (let n = 0; n < ROUNDS; n += 1) {
        let child;
        starts.push(
          await msOf(async () => {
            child = subject.start();
            await subject.reached(child, 'ready');
          }),
        );
        await sleep(8_000);
        browser = memoryOf(browserOf(child)).pss;
        if (n === ROUNDS - 1 && subject.name === 'wad') seen.send = await sends(subject.socket);
        await subject.stop(child);
      }
      seen[subject.name] = { ready: median(starts), browser };
    }
    return { chats, ...seen };
  } finally {
    await rig.close();
  }
}

/** Sends to one of the phone's chats, up to the server's ack. */
async function sends(socket) {
  const client = await Client.connect(socket);
  const time = await timesOf(SENDS, async (n) => {
    const { id } = await client.request('message.send', {
      to: String(15_551_000_000 + (n % 50)),
      text: `${n}`,
    });
    await client.request('message.wait', { id, for: 'sent', timeoutMs: 60_000 });
  });
  await client.close();
  return time;
}

async function withRows(rig, rows) {
  const subject = rig.wad(`rows-${rows}`, '15550001111', { flags: ['--no-auto-init'] });
  await seed(subject.state, rows);
  const starts = [];
  let figures;
  for (let n = 0; n < ROUNDS; n += 1) {
    let child;
    starts.push(
      await msOf(async () => {
        child = subject.start();
        await subject.reached(child, 'stopped');
      }),
    );
    const client = await Client.connect(subject.socket);
    figures = {
      page: await timesOf(50, () =>
        client.request('events.list', { after: Math.floor(rows / 2), limit: 100 }),
      ),
      accept: await timesOf(100, (i) => client.request('message.send', { to: `1555000${i}`, text: 'x' })),
      rss: rssMb(child),
    };
    await client.close();
    await subject.stop(child);
  }
  return { rows, start: median(starts), ...figures };
}

/** Returns a chart in Markdown. */
function chart(title, unit, x, lines) {
  const all = lines.flatMap(([, ys]) => ys);
  console.log(`\n**${title}** (${lines.map(([name]) => name).join('; ')})\n`);
  console.log('```mermaid\nxychart-beta');
  console.log(`  x-axis [${x.map((n) => `"${n.toLocaleString('en')}"`).join(', ')}]`);
  console.log(`  y-axis "${unit}" 0 --> ${Math.ceil(Math.max(...all) * 1.2)}`);
  for (const [, ys] of lines) console.log(`  line [${ys.map((y) => y.toFixed(1)).join(', ')}]`);
  console.log('```');
}

const byChats = [];
for (const chats of numbers(values.chats)) {
  byChats.push(await withChats(chats));
  console.error(JSON.stringify(byChats.at(-1)));
}
const byRows = [];
const rig = await Rig.open();
try {
  for (const rows of numbers(values.rows)) {
    byRows.push(await withRows(rig, rows));
    console.error(JSON.stringify(byRows.at(-1)));
  }
} finally {
  await rig.close();
}
const rows = [
  ...byChats.flatMap(({ chats, wad, bare, send }) => [
    row({ name: `saved session to ready, ${chats} chats`, unit: 'ms', ours: wad.ready, rival: bare.ready }),
    row({ name: `browser, PSS, ${chats} chats`, unit: 'MB', ours: wad.browser, rival: bare.browser }),
    row({ name: `send to ack, ${chats} chats`, unit: 'ms', ours: send }),
  ]),
  ...byRows.flatMap(({ rows: held, start, page, accept, rss }) => [
    row({ name: `start of the daemon, ${held} events`, unit: 'ms', ours: start }),
    row({ name: `100 events from the middle, ${held} events`, unit: 'ms', ours: page }),
    row({ name: `accepted send, ${held} events`, unit: 'ms', ours: accept }),
    row({ name: `daemon, RSS, ${held} events`, unit: 'MB', ours: rss }),
  ]),
];
report(rows, values.json);
if (values.chart) {
  const x = byChats.map(({ chats }) => chats);
  if (x.length > 0) {
    const pick = (of) => byChats.map(of);
    chart('Saved session to ready, by chats', 'ms', x, [
      ['wad', pick(({ wad }) => wad.ready)],
      ['bare whatsapp-web.js', pick(({ bare }) => bare.ready)],
    ]);
    chart('Memory of the browser, by chats', 'MB', x, [
      ['wad', pick(({ wad }) => wad.browser)],
      ['bare whatsapp-web.js', pick(({ bare }) => bare.browser)],
    ]);
    chart('A send up to the ack, by chats', 'ms', x, [['wad', pick(({ send }) => send)]]);
  }
  if (byRows.length > 0) {
    const held = byRows.map(({ rows: n }) => n);
    chart('The journal, by events', 'ms', held, [
      ['a page of 100 events', byRows.map(({ page }) => page)],
      ['an accepted send', byRows.map(({ accept }) => accept)],
    ]);
    chart('Start and memory of the daemon, by events', 'ms, MB', held, [
      ['start', byRows.map(({ start }) => start)],
      ['RSS', byRows.map(({ rss }) => rss)],
    ]);
  }
}
