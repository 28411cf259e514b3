/** WhatsApp Web's own search finds what the daemon has not recorded, in parts, and is refused by name where there is none. */
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const kind = (error: Fault): string => error.kind;

for (const [generation, chatIds] of [
  ['2026-04', 'number'],
  ['2026-09', 'lid'],
  ['2026-10', 'lid'],
] as const)
  t.test(`WhatsApp Web searches what it has stored (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation, knobs: { chatIds } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111' });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const now = Math.floor(Date.now() / 1_000);
    for (let n = 0; n < 120; n++) await ana.send(`tulip ${n}`, { malformed: { t: now - 5_000 + n } });
    await ben.send('Two Tulips, please', { malformed: { t: now - 3_000 } });
    const first = await home.start();
    await first.link(phone);

    t.same((await first.request('message.search', { text: 'tulip' })).messages, [], 'nothing is recorded');
    const ask = { text: 'tulip', in: 'page' as const, limit: 50 };
    const bodies: (string | null)[] = [];
    let after: string | null = null;
    do {
      const answer: Awaited<ReturnType<typeof part>> = await part(after);
      t.ok(answer.messages.length > 0 && answer.messages.length <= ask.limit);
      bodies.push(...answer.messages.map(({ message }) => message.body));
      after = answer.next;
    } while (after !== null);
    function part(next: string | null) {
      return first.request('message.search', { ...ask, ...(next !== null && { after: next }) });
    }
    t.same(
      bodies,
      ['Two Tulips, please', ...Array.from({ length: 120 }, (_, n) => `tulip ${119 - n}`)],
      'every message, each once, the newest first',
    );
    const [hit] = (await first.request('message.search', { ...ask, limit: 1 })).messages;
    t.match(hit, {
      message: { sender: { phone: ben.number, name: 'Ben' }, fromMe: false, backfilled: false },
      edited: false,
      snippet: 'Two Tulips, please',
      marks: [{ start: 4, length: 6 }],
    });
    const ofBen = await first.request('message.search', { ...ask, chat: ben.number });
    t.equal(ofBen.messages.length, 1, 'of one chat');
    t.same(await first.request('message.search', { ...ask, text: 'roses' }), {
      ...{ messages: [], next: null, behind: 0 },
    });
    await first.stop();

    const wad = await home.start();
    await wad.until('ready');
    const shown = await wad.wactl(['search', 'two', 'tul', '--in', 'page']);
    t.match(shown, { code: 0, stdout: /Ben +Ben .*Two Tulips, please\n/ }, 'after a restart, too');
    t.match(await wad.wactl(['search', 'tulip', '--in', 'page', '--limit', '2']), {
      code: 0,
      stdout: /\(more: --after page-1-2\)\n$/,
    });
    if (generation === '2026-10') {
      t.match(await wad.wactl(['search', 'tulip', '--in', 'page', '--direction', 'in']), {
        code: 2,
        stderr: /has no `direction`/,
      });
      t.equal(
        await wad.request('message.search', { ...ask, after: 'elsewhere' }).catch(kind),
        'invalid_params',
      );
      t.equal(
        await wad.request('message.search', { ...ask, chat: '15559990000' }).catch(kind),
        'no_such_chat',
      );
      await sim.set('messageSearch', 'fails');
      t.equal(await wad.request('message.search', { ...ask, text: 'please' }).catch(kind), 'page_error');

      const before = await wad.mark();
      await sim.set('messageSearch', 'absent');
      await sim.pages[0]?.reload();
      await wad.event(
        'state',
        ({ capabilities }) => /^missing/.test(capabilities?.['message.search'] ?? ''),
        {
          after: before,
        },
      );
      await wad.until('ready');
      const refused = await wad.wactl(['search', 'tulip', '--in', 'page']);
      t.match(refused, { code: 5, stderr: /message\.search is missing: .*a search of messages/ });
      t.match(await wad.wactl(['search', 'tulip']), { code: 0 }, 'what is recorded is still searched');
    }
    await wad.stop();
    t.same(wad.strayLines, []);
  });
