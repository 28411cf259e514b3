/** Older messages than the page has come from the phone, portion by portion, each once. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const LONG = { timeoutMs: 120_000 };

for (const [generation, chatIds] of [
  ['2026-04', 'number'],
  ['2026-09', 'lid'],
  ['2026-10', 'lid'],
] as const)
  t.test(`older messages come from the phone, each once (${generation}, chats by ${chatIds})`, async (t) => {
    const knobs = { chatIds, historyLimit: 20, historyTimeoutMs: 1_500 };
    await using sim = await Simulator.start({ generation, knobs });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const now = Math.floor(Date.now() / 1_000);
    for (let n = 0; n < 130; n++) await ana.send(`m${n}`, { malformed: { t: now - 1_000 + n } });
    const first = await home.start();
    await first.link(phone);
    const chat = ana.number;
    const told = async (wad: typeof first) => {
      const all: string[] = [];
      for (let after = 0; ; ) {
        const { events, next } = await wad.request('events.list', {
          ...{ after, limit: 500, types: ['message', 'message.history'] },
        });
        all.push(...events.map(({ type, data }) => `${type} ${(data as { body: string }).body}`));
        if (next === after) return all;
        after = next;
      }
    };

    phone.offline();
    const some = await first.request('history.fetch', { chat, count: 30 }, LONG);
    t.match(some, { fetched: 20, end: 'phone_silent' }, 'the page had twenty');
    const silent = first.request('history.fetch', { chat, count: 30 }, LONG);
    t.match(await silent.catch((error: unknown) => error), { kind: 'phone_unreachable' });
    phone.online();
    const more = await first.request('history.fetch', { chat, count: 60 }, LONG);
    t.match(more, { fetched: 60, end: 'count' });
    t.match(await first.event('message.history', ({ body }) => body === 'm109'), {
      data: { backfilled: true, fromMe: false, sender: { phone: ana.number, name: 'Ana' } },
    });
    await first.kill();

    const wad = await home.start();
    await wad.until('ready');
    const before = await told(wad);
    t.equal(new Set(before).size, 80);
    t.match(await wad.request('history.fetch', { chat, count: 1_000 }, LONG), { end: 'start', fetched: 50 });
    const all = await told(wad);
    t.equal(all.length, 130, 'each message of the phone has one event, also after the kill');
    t.equal(new Set(all).size, 130);
    t.match(await wad.request('history.fetch', { chat, count: 10 }, LONG), { end: 'start', fetched: 0 });
    if (generation === '2026-10') {
      const { stdout, code } = await wad.wactl(['history', chat]);
      t.match(stdout, /0 older messages.*\n\(this is the first message of the chat\)/);
      t.equal(code, 0);
      await sim.set('historyOnDemand', false);
    }
    await wad.stop();
  });
