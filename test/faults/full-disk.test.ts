/**
 * The disk fills up while messages are accepted (H28): each accepted message is sent once, and the others are
 * refused with a clear error.
 */
import t from 'tap';
import { Fault } from '../../src/protocol/fault.js';
import { CheckedClient } from '../harness/client.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';
import { CAN_MOUNT, SmallDisk } from './small-disk.js';

t.setTimeout(300_000);

const CLIENTS = 4;
const NUMBERS = Array.from({ length: CLIENTS }, (_, n) => `1555000222${n}`);
/** A large text, so that few of them fill the free space. */
const text = (n: number, at: number): string => `${n} ${at} ${'x'.repeat(40_000)}`;
const short = (body: string): string => body.slice(0, 8).replace(/ x*$/, '');

/** Sends from one client until it is refused. @returns the accepted messages, and the refusal */
async function sendUntilRefused(home: Home, n: number) {
  const accepted: string[] = [];
  await using client = await CheckedClient.connect(home.socket);
  for (let at = 0; ; at += 1) {
    try {
      const asked = { to: NUMBERS[n] ?? '', text: text(n, at), key: `${n} ${at}` };
      await client.request('message.send', asked, { timeoutMs: 30_000 });
      accepted.push(`${n} ${at}`);
    } catch (error) {
      return { accepted, fault: Fault.of(error) };
    }
  }
}

const all = (home: Home) => Promise.all(NUMBERS.map((_, n) => sendUntilRefused(home, n)));

t.test('accepted messages survive a full disk, a kill, and a start without free space', async (t) => {
  if (!CAN_MOUNT) return void t.plan(0, 'needs root, to mount a small disk');
  await using sim = await Simulator.start({ generation: '2026-07' });
  await using home = await Home.make(sim, { t });
  using disk = new SmallDisk(home.stateDir, 900);
  const phone = sim.createPhone({ number: '15550001111' });
  const contacts = NUMBERS.map((number) => sim.createContact({ number }));
  let wad = await home.startLinked(phone);

  disk.fill(1);
  const first = await all(home);
  for (const { fault } of first) t.match(fault, { kind: 'disk_full', details: { outcome: 'none' } });
  t.ok(
    first.some(({ accepted }) => accepted.length > 0),
    'some messages were accepted first',
  );

  disk.free();
  const more = NUMBERS.map((to, n) => ({ to, text: `${n} more`, key: `${n} more` }));
  await eventually(
    async () => {
      await using client = await CheckedClient.connect(home.socket);
      const sent = await Promise.allSettled(more.map((asked) => client.request('message.send', asked)));
      return sent.every(({ status }) => status === 'fulfilled');
    },
    'it accepts again when there is room',
    20_000,
  );

  disk.fill(1);
  const second = await Promise.all(
    (await all(home)).map(async ({ accepted, fault }, n) => {
      t.match(fault, { kind: 'disk_full' });
      // Messages that the first round got accepted are the same messages again.
      return accepted.slice(first[n]?.accepted.length ?? 0);
    }),
  );
  await wad.kill();
  disk.fill(0);
  const none = await home.start({ listening: false });
  t.match(await none.ended(performance.now(), 30_000), { code: 73 });
  t.match(none.stderr, /no room for \//);

  disk.free();
  wad = await home.start();
  await wad.until('ready');
  await eventually(
    async () => (await wad.status()).outbox.queued === 0,
    'all accepted messages were sent',
    60_000,
  );
  // A message whose outcome the page could not tell at once is sent behind those that went on meanwhile.
  const again = new Set<string>();
  for (const { event, id } of wad.log)
    if (event === 'message.reconciled') {
      const { key } = await wad.request('outbox.get', { id: String(id) });
      again.add(key ?? '');
    }
  for (const [n, contact] of contacts.entries()) {
    const arrived = contact.received.map(({ body }) => short(body));
    const accepted = [...(first[n]?.accepted ?? []), `${n} more`, ...(second[n] ?? [])];
    const inOrder = (all: readonly string[]) => all.filter((one) => !again.has(one));
    t.same(arrived.toSorted(), accepted.toSorted(), 'exactly the accepted messages arrived, once');
    t.same(inOrder(arrived), inOrder(accepted), 'in order');
  }
  t.match(await wad.status(), { outbox: { queued: 0, unknown: 0, failed: 0 } });
  await wad.stop();
});
