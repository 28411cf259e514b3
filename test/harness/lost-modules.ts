// Removes modules from the page of a ready daemon, one at a time, and checks what is reported and what still
// works.
import t from 'tap';
import { moduleOf, NEEDS } from '../../src/whatsapp/capabilities/needs.js';
import type { Contact } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';
import { Home } from './home.js';
import type { Wad } from './wad.js';

const NUMBER = '15550001111';
const VITAL = ['session.receive', 'send.text'];
/** The time within which the missing module must be reported. */
export const NAMED_MS = 15_000;

/** The capabilities that are lost without a module or a member. */
export const lostWith = (lack: string): string[] =>
  Object.keys(NEEDS).filter((name) => NEEDS[name]?.some((need) => need === lack || moduleOf(need) === lack));
/** True when the account cannot be ready without it. */
export const isVital = (lack: string): boolean => lostWith(lack).some((name) => VITAL.includes(name));

const MODULES = [
  ...new Set(
    Object.values(NEEDS)
      .flat()
      .filter((need) => need.startsWith('WA'))
      .map(moduleOf),
  ),
].sort();
/** Together with the two halves below, this covers every module that the product needs. */
export const VITAL_MODULES = MODULES.filter(isVital);
const side = MODULES.filter((module) => !isVital(module));
export const FIRST_HALF = side.slice(0, side.length / 2);
export const SECOND_HALF = side.slice(side.length / 2);

/** Sends a message, checks it on the contact's own screen, and receives an answer. */
export async function exchange(wad: Wad, contact: Contact, text: string): Promise<void> {
  const after = await wad.mark();
  const { id } = await wad.request('message.send', { to: contact.number, text });
  await wad.request('message.wait', { id, for: 'sent' });
  await contact.waitForMessage(({ body }) => body === text);
  await contact.send(`re: ${text}`);
  await wad.event('message', ({ body }) => body === `re: ${text}`, { after });
}

/** Waits until an event reports that these capabilities are lost, and names the module. */
export async function named(wad: Wad, lost: readonly string[], lack: string, after: number): Promise<void> {
  await wad.event(
    'state',
    ({ capabilities }) => {
      const words = (capabilities ?? {}) as Record<string, string>;
      return lost.every((name) => words[name]?.startsWith('missing') && words[name]?.includes(lack));
    },
    { after, timeoutMs: NAMED_MS },
  );
}

/** Uses one daemon and one link. Each load of the page lacks one module, and has the previous one again. */
export function removeEach(modules: readonly string[]): void {
  // For a slow machine; it usually takes a fifth of this.
  t.setTimeout(600_000);
  t.test('the loss of each module is reported, one module at a time', async (t) => {
    await using sim = await Simulator.start({
      generation: '2026-07',
      knobs: { dialog: false, reloadAfterLinkMs: 0 },
    });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const contact = sim.createContact({ number: '15550002222' });
    const wad = await home.start();
    await wad.link(phone);
    t.ok(modules.length >= 10, `${modules.length} modules`);
    let before: readonly string[] = [];
    const fine = async () => {
      const { capabilities } = await wad.status();
      for (const name of before) t.match(capabilities[name], /^(ok|patched)$/, `${name} is restored`);
    };

    for (const module of modules) {
      const lost = lostWith(module);
      const after = await wad.mark();
      await sim.set('missingModules', [module]);
      await sim.pages[0]?.reload();
      await named(wad, lost, module, after);
      const { capabilities } = await wad.status();
      for (const [name, word] of Object.entries(capabilities))
        if (!lost.includes(name)) t.notMatch(word, /^missing/, `${module}: ${name} ${word}`);
      const { data } = await wad.event('alert', ({ says }) => String(says).includes(module), { after });
      t.match(data, { reason: 'outdated_library', hint: /doctor/ }, `${module}: one alert names it`);
      if (lost.includes('send.text')) {
        const end = await wad.wactl(['send', contact.number, `without ${module}`, '-o', 'json']);
        t.equal(end.code, 5, `${module}: ${end.stderr}`);
        t.match(JSON.parse(end.stderr), { data: { kind: 'unsupported_now', reason: new RegExp(module) } });
      }
      if (!isVital(module)) {
        await wad.became('ready', { after, timeoutMs: NAMED_MS });
        before = before.filter((name) => !lost.includes(name));
        await fine();
        await exchange(wad, contact, `with everything but ${module}`);
      }
      before = lost;
      if (!isVital(module)) continue;
      const back = await wad.mark();
      await sim.set('missingModules', []);
      await wad.request('session.initialize', { restart: true });
      await wad.became('ready', { after: back });
      await fine();
      before = [];
    }
    const back = await wad.mark();
    await sim.set('missingModules', []);
    await sim.pages[0]?.reload();
    await wad.became('ready', { after: back });
    await fine();
    await exchange(wad, contact, 'all is back');
    t.notOk(
      contact.received.some(({ body }) => body?.startsWith('without')),
      'a refused message was never sent',
    );
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  });
}
