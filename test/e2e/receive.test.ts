/** A message is reported once, however often the page syncs, navigates or repeats it (H3, H9, H11, D4). */
import t from 'tap';
import type { WireEvent } from '../../src/protocol/events/index.js';
import { checkEvent } from '../harness/check-event.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { connect } from '../harness/library.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

/** Counts the reports of each text. Unreadable messages have no text and are left out. */
async function reportCounts(wad: Wad): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { data } of await wad.events('message'))
    if (data.fromMe === false && data.body !== null)
      counts[String(data.body)] = (counts[String(data.body)] ?? 0) + 1;
  return counts;
}

/** Reads every stored event up to this one, through the library. */
async function followed(wad: Wad, last: number): Promise<WireEvent[]> {
  const all: WireEvent[] = [];
  await using account = await connect({ socket: wad.home.socket });
  for await (const event of account.follow({ after: 0 })) {
    all.push(checkEvent(event));
    if (event.cursor === last) break;
  }
  return all;
}

const SYNCS = [
  ['sync is over before the library listens', { syncTiming: 'early', syncDelayMs: 0 }],
  ['sync comes at its own time', { syncTiming: 'timed', syncDelayMs: 300 }],
  ['two syncs', { syncFlaps: 1, syncFlapMs: 20 }],
  [
    'a sync that flaps, frames and pushState meanwhile',
    { syncFlaps: 4, framesWhileSyncing: 5, pushStatesWhileSyncing: 20 },
  ],
  ['what waited is delivered after the sync', { queuedItems: 'after', queuedItemsMs: 300 }],
] as const;

for (const generation of ['2026-04', '2026-09'] as const) {
  t.test(`each message is reported once, whatever the sync does (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const contact = sim.createContact({ number: '15550002222' });
    const group = sim.createGroup({ subject: 'Group', participants: [phone.wid, contact.wid] });
    const wad = await home.start();
    await wad.link(phone);
    for (const [what, knobs] of SYNCS) {
      for (const [knob, value] of Object.entries(knobs)) await sim.set(knob as 'syncFlaps', value as never);
      const after = await wad.mark();
      await wad.request('session.initialize', { restart: true });
      await wad.became('ready', { after });
      await contact.send(`${what}: one`);
      await contact.send(`${what}: two`, { group: group.id });
      const one = await wad.event('message', ({ body }) => body === `${what}: one`);
      const two = await wad.event('message', ({ body }) => body === `${what}: two`);
      t.match(one.data, { chatId: contact.wid, author: null, fromMe: false, type: 'text' }, what);
      t.match(two.data, { chatId: group.id, author: contact.wid, fromMe: false }, what);
      const flaps = sim.knobs.syncFlaps;
      // When the page answers and has synced, it has finished everything else.
      await eventually(() => sim.pages[0]?.hasSynced === true, 'the page has synced');
      t.match(await wad.status(), { status: 'ready' }, `${what} (${flaps} flaps)`);
      for (const knob of ['syncFlaps', 'framesWhileSyncing', 'pushStatesWhileSyncing'] as const)
        await sim.set(knob, 0);
      await sim.set('syncTiming', 'when-listened');
      await sim.set('queuedItems', 'before');
    }
    const expected = Object.fromEntries(
      SYNCS.flatMap(([what]) => [
        [`${what}: one`, 1],
        [`${what}: two`, 1],
      ]),
    );
    t.same(await reportCounts(wad), expected);
    const last = await wad.mark();
    const listed = (await wad.events(undefined, 0)).filter(({ cursor }) => cursor <= last);
    t.same(
      await followed(wad, last),
      listed,
      'the library receives the same events, and each matches its schema',
    );
    t.match(
      await wad.wactl(['events', '--since', '0', '-o', 'json']),
      { code: 0 },
      'wactl prints the same events',
    );
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  });

  t.test(
    `a ready page that navigates keeps one set of listeners, and reports each message once (${generation})`,
    async (t) => {
      await using sim = await Simulator.start({ generation });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const contact = sim.createContact({ number: '15550002222' });
      const wad = await home.start();
      await wad.link(phone);
      const page = () => {
        const [one] = sim.pages;
        if (!one) throw new Error('there is no page');
        return one;
      };
      const listeners = async () => {
        const look = (await page().look()) as unknown as {
          listeners: Record<string, Record<string, number>>;
        };
        // The listener on Conn is for QR codes. Only the document that linked needed it.
        const { Conn, ...others } = look.listeners;
        return others;
      };
      const before = await listeners();

      const disturb: Record<string, () => Promise<unknown>> = {
        'a storm of pushState': () => page().pushState(40),
        frames: () => page().iframe(6),
        'sync false and true': async () => {
          for (const value of [false, true, false, true]) await page().setSynced(value);
        },
        'all at once': () =>
          Promise.all([page().pushState(20), page().iframe(3), page().setSynced(false)]).then(() =>
            page().setSynced(true),
          ),
      };
      for (const [what, act] of Object.entries(disturb)) {
        await act();
        await contact.send(what);
        await wad.event('message', ({ body }) => body === what);
        t.same(await listeners(), before, `${what}: no listener was added`);
        t.match(await wad.status(), { status: 'ready' }, what);
      }

      for (const round of [1, 2, 3]) {
        const after = await wad.mark();
        const { id } = page();
        await page().reload();
        await contact.send(`while it reloads ${round}`);
        await wad.became('ready', { after });
        t.not(page().id, id);
        await contact.send(`after the reload ${round}`);
        await wad.event('message', ({ body }) => body === `after the reload ${round}`);
        t.same(await listeners(), before, `reload ${round}: one set of listeners`);
      }
      t.notOk((await wad.states()).includes('reconnecting'), 'a navigation is not a crash');
      const counts = await reportCounts(wad);
      for (const round of [1, 2, 3]) t.equal(counts[`after the reload ${round}`], 1);
      // A message that arrived during a reload is found in the page afterwards, and is also reported once.
      for (const round of [1, 2, 3]) {
        const text = `while it reloads ${round}`;
        await wad.event('message', ({ body }) => body === text);
        t.equal((await reportCounts(wad))[text], 1, text);
      }
      t.same(await wad.events('gap'), []);
      await wad.stop();
      t.same(await wad.leftBehind({ profile: 'kept' }), []);
    },
  );
}

for (const generation of ['2026-07', '2026-09'] as const) {
  t.test(
    `an undecryptable message is reported once, and once more when it is decrypted (${generation})`,
    async (t) => {
      await using sim = await Simulator.start({ generation });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const contact = sim.createContact({ number: '15550002222' });
      await home.saveSession(phone);
      const ids: Record<string, string> = {};
      const send = async (text: string) => {
        ids[text] = await contact.send(text);
      };
      await sim.set('ciphertext', 'decrypted-later');
      await sim.set('ciphertextMs', 2_000);
      await send('while away');
      const wad = await home.start();
      await wad.until('ready');
      await send('while ready');
      for (const text of ['while away', 'while ready'])
        await wad.event('message', ({ body }) => body === text);
      await sim.set('ciphertext', 'for-ever');
      await send('never');
      const never = await wad.event('message', ({ messageId }) => messageId === ids.never);
      t.match(never.data, { type: 'ciphertext', body: null, hasMedia: false, backfilled: false });
      t.match(
        (await wad.wactl(['call', 'message.get', JSON.stringify({ id: ids.never })])).stdout,
        /ciphertext/,
      );
      await sim.set('ciphertext', 'view-once');
      await send('once');
      const once = await wad.event('message', ({ messageId }) => messageId === ids.once);
      t.match(once.data, { type: 'view_once', body: null }, 'a view-once message has no body');
      await sim.set('ciphertext', 'no');
      await send('plain');
      await wad.event('message', ({ body }) => body === 'plain');
      t.same(
        await reportCounts(wad),
        { 'while away': 1, 'while ready': 1, plain: 1 },
        'no text is reported for an unreadable message',
      );
      const after = await wad.mark();
      // The next document can decrypt all of them.
      await sim.pages[0]?.reload();
      await wad.became('ready', { after });
      await send('after a reload');
      for (const text of ['never', 'after a reload']) await wad.event('message', ({ body }) => body === text);
      for (const [text, messageId] of Object.entries(ids)) {
        const events = (await wad.events('message')).filter(({ data }) => data.messageId === messageId);
        const types = events.map(({ data }) => data.type);
        if (text === 'once') t.same(types, ['view_once']);
        else if (text === 'never') t.same(types, ['ciphertext', 'text']);
        // Depends on whether the daemon checked the message before it was decrypted.
        else t.match(types.join(), /^(ciphertext,)?text$/, text);
        const backfilled = text === 'while away' || text === 'never';
        if (text !== 'once') t.match(events.at(-1)?.data, { type: 'text', body: text, backfilled }, text);
      }
      t.same(await wad.events('message.edit'), [], 'a text that arrives late is not an edit');
      await wad.stop();
    },
  );
}

for (const revokeKey of ['new', 'same'] as const) {
  t.test(
    `a message deleted while the daemon is down is reported as deleted, once (${revokeKey} key)`,
    async (t) => {
      await using sim = await Simulator.start({ knobs: { revokeKey } });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const ana = sim.createContact({ number: '15550002222' });
      const first = await home.start();
      await first.link(phone);
      const id = await ana.send('a word too much');
      const { data: original } = await first.event('message', ({ body }) => body === 'a word too much');
      await first.stop();
      await ana.revoke(id);
      const unheard = await ana.send('never heard of');
      await ana.revoke(unheard);

      const second = await home.start();
      await second.until('ready');
      await ana.send('after that');
      await second.event('message', ({ body }) => body === 'after that');
      const { data } = await second.event('message.revoke', ({ messageId }) => messageId === id);
      t.match(data, { key: original.key, chatId: ana.wid, fromMe: false });
      const bodies = (await second.events('message')).map((one) => one.data.body);
      t.same(bodies, ['after that'], 'no empty message is reported');
      await second.stop();

      const third = await home.start();
      await third.until('ready');
      await ana.send('the end');
      await third.event('message', ({ body }) => body === 'the end');
      t.same(
        await third.events('message.revoke'),
        [],
        'the deletion is not reported again after the next start',
      );
      await third.stop();
      t.same(await third.leftBehind({ profile: 'kept' }), []);
    },
  );
}
