/** Chromium's headless shell, if installed, uses the same profile with half the memory. */
import t, { type Test } from 'tap';
import { Home } from '../harness/home.js';
import { lacks } from '../harness/program.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

t.setTimeout(180_000);

/**
 * From Debian's package chromium-headless-shell. The file in /usr/bin is a script that keeps running as its
 * parent.
 */
const SHELL = '/usr/lib/chromium/chromium-headless-shell';

/** The headless shell does not record how it ended, so that check is left out. */
const leftBy = async (wad: Wad) =>
  (await wad.leftBehind({ profile: 'kept' })).filter((left) => left !== 'exit_type null');

async function talks(t: Test, sim: Simulator, wad: Wad, text: string): Promise<void> {
  const [contact] = sim.contacts;
  if (!contact) throw new Error('there is no contact');
  const { id } = await wad.request('message.send', { to: contact.number, text });
  t.match(await wad.request('message.wait', { id, for: 'read', timeoutMs: 30_000 }), { state: 'read' });
  const key = await contact.send(`${text}, too`);
  await wad.event('message', ({ messageId }) => messageId === key);
}

const without = { skip: lacks(SHELL) };
t.test('a session goes from Chromium to its headless shell and back', without, async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  sim.createContact({ number: '15550002222' });
  const shell = await sim.browserWrapper(`${home.dir}/shell`, { sandbox: false, executable: SHELL });

  const wad = await home.start();
  await wad.link(phone);
  await talks(t, sim, wad, 'from Chromium');
  await wad.stop();
  for (const [name, options] of [
    ['from the shell', { browser: shell }],
    ['from the shell again', { browser: shell }],
    ['from Chromium again', {}],
  ] as const) {
    const next = await home.start(options);
    await next.until('ready');
    t.same(await next.events('qr'), [], `${name}: no QR code is shown`);
    await talks(t, sim, next, name);
    await next.stop();
    t.same(await leftBy(next), []);
  }
  t.equal(phone.devices.length, 1, 'the device stays linked throughout');
});

t.test('the headless shell links an account, and keeps the link', without, async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  sim.createContact({ number: '15550002222' });
  const browser = await sim.browserWrapper(`${home.dir}/shell`, { sandbox: false, executable: SHELL });
  const wad = await home.start({ browser });
  await wad.link(phone);
  await talks(t, sim, wad, 'linked with the shell');
  await wad.stop();
  const next = await home.start({ browser });
  await next.until('ready');
  await talks(t, sim, next, 'and again');
  await next.stop();
  t.same(await leftBy(next), []);
});
