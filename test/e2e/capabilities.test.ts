/**
 * When WhatsApp Web loses a member of a module, the capability is named in time and everything else works.
 * Whole modules: capabilities-*.test.ts.
 */
import t from 'tap';
import { NEEDS } from '../../src/whatsapp/capabilities/needs.js';
import { Home } from '../harness/home.js';
import { exchange, isVital, lostWith, NAMED_MS, named } from '../harness/lost-modules.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a fifth of this.
t.setTimeout(600_000);

const NUMBER = '15550001111';

/** A missing member counts after two seconds, so several members share one document. */
const AT_ONCE = 8;

t.test('renaming a member that an optional capability needs disables only that capability', async (t) => {
  await using sim = await Simulator.start({
    generation: '2026-09',
    knobs: { dialog: false, reloadAfterLinkMs: 0 },
  });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.start();
  await wad.link(phone);
  const members = [...new Set(Object.values(NEEDS).flat())].filter(
    (need) => need.includes('.') && !isVital(need),
  );
  t.ok(members.length > 25, `${members.length} members`);
  for (let first = 0; first < members.length; first += AT_ONCE) {
    const renamed = members.slice(first, first + AT_ONCE);
    const after = await wad.mark();
    await sim.set('renamedMembers', renamed);
    await sim.pages[0]?.reload();
    for (const member of renamed) await named(wad, lostWith(member), member, after);
    await wad.became('ready', { after, timeoutMs: NAMED_MS });
    const { capabilities } = await wad.status();
    const lost = renamed.flatMap(lostWith);
    for (const [name, word] of Object.entries(capabilities))
      if (!lost.includes(name)) t.notMatch(word, /^missing/, `${renamed.join()}: ${name} ${word}`);
  }
  await exchange(wad, contact, 'whatever was renamed');
  await wad.stop();
});

t.test(
  'a page without a vital module fails with its name, and recovers once the module is back',
  async (t) => {
    await using sim = await Simulator.start({ generation: '2026-07', knobs: { dialog: false } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const wad = await home.start({ env: { WAD_RECONNECT_DELAYS_MS: '0' } });
    await wad.link(phone);
    const after = await wad.mark();
    await sim.set('missingModules', ['WAWebCollections']);
    await sim.pages[0]?.reload();
    await wad.became('failed', { reason: 'outdated_library', after });
    t.match(await wad.status(), {
      hint: /^wactl .*\bdoctor$/,
      capabilities: { 'session.receive': 'missing: WAWebCollections' },
    });
    await sim.set('missingModules', []);
    await wad.request('session.initialize');
    await wad.until('ready');
    await wad.stop();
  },
);

t.test('a renamed property is reported by name, and no unsent message is reported as sent', async (t) => {
  const D9 = 'WAWebFindChatAction.findOrCreateLatestChat';
  await using sim = await Simulator.start({ generation: '2026-07', knobs: { dialog: false } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.start();
  await wad.link(phone);
  // Accepted before the loss can be known.
  const kept = await wad.request('message.send', {
    ...{ to: contact.number, text: 'kept' },
    notBefore: new Date(Date.now() + 5_000).toISOString(),
  });
  const after = await wad.mark();
  await sim.set('renamedMembers', [D9]);
  await sim.pages[0]?.reload();
  await named(wad, ['send.text'], D9, after);
  const status = await wad.wactl(['status']);
  t.match(status.stdout, `send.text missing: ${D9}`);
  const doctor = await wad.wactl(['doctor'], { timeoutMs: 60_000 });
  t.match(doctor.stdout, new RegExp(`fail +whatsapp +.*${D9.replace('.', '\\.')}`));
  t.match(await wad.wactl(['send', contact.number, 'never']), { code: 5, stderr: new RegExp(D9) });
  t.same(contact.received, []);
  t.match(
    await wad.request('message.get', { id: kept.id }),
    { state: 'queued' },
    'an accepted message stays queued',
  );
  await sim.set('renamedMembers', []);
  await wad.request('session.initialize', { restart: true });
  await wad.until('ready');
  await exchange(wad, contact, 'truly');
  await contact.waitForMessage(({ id }) => id === kept.messageId);
  t.same(contact.received.map(({ body }) => body).sort(), ['kept', 'truly'], 'the kept message is sent once');
  await wad.stop();
});

t.test('what linking requires is reported before an account is linked', async (t) => {
  await using sim = await Simulator.start({
    knobs: {
      missingModules: ['WABase64', 'WAWebAltDeviceLinkingApi'],
      renamedMembers: ['WAWebSignalStoreApi.waSignalStore'],
    },
  });
  await using home = await Home.make(sim, { t });
  const wad = await home.start();
  await wad.until('linking');
  await wad.event('alert', ({ reason }) => reason === 'outdated_library');
  t.match((await wad.status()).capabilities, {
    'link.qr': 'missing: WABase64, WAWebSignalStoreApi.waSignalStore',
    'link.code': 'missing: WAWebAltDeviceLinkingApi',
  });
  t.match(await wad.wactl(['qr', '--raw']), { code: 5, stdout: '', stderr: /link\.qr is missing: WABase64/ });
  t.match(await wad.wactl(['pair', NUMBER]), { code: 5, stderr: /link\.code is missing/ });
  await wad.stop();
});
