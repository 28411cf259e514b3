/** A dialog or a reload of WhatsApp Web in the first minutes of a link does not end the link (U1, U2). */
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

const DIALOGS = [
  ['en', 'button', false],
  ['pt', 'div', false],
  ['xx', 'button', true],
] as const;

for (const [dialogLanguage, dialogButton, dialogHoldsSync] of DIALOGS) {
  t.test(
    `the "What's new" dialog (${dialogLanguage}, ${dialogButton}) is acknowledged in time`,
    async (t) => {
      await using sim = await Simulator.start({
        generation: '2026-07',
        knobs: { dialogLanguage, dialogButton, dialogHoldsSync, dialogUnlinkMs: 6_000 },
      });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const wad = await home.start();
      await wad.link(phone);
      await wad.logged('whatsapp.dialog', ({ pressed }) => pressed === true);
      await eventually(
        () => phone.devices[0]?.dialogAcknowledged === true,
        'the server has the acknowledgement',
      );
      const page = (await sim.pages[0]?.look()) as { dialog: boolean };
      t.equal(page.dialog, false);
      // Waits until the time at which WhatsApp would have ended the link.
      const linkedAt = phone.devices[0]?.linkedAtMs ?? 0;
      await eventually(() => Date.now() > linkedAt + 6_500, 'the time has passed', 8_000);
      t.equal(phone.devices.length, 1, 'the device is still linked');
      t.match(await wad.status(), { status: 'ready', reason: 'none' });
      await wad.stop();
      t.same(await wad.leftBehind({ profile: 'kept' }), []);
    },
  );
}

t.test('the reload some minutes after linking is not a crash, and no status is read before it', async (t) => {
  await using sim = await Simulator.start({
    generation: '2026-07',
    knobs: { reloadAfterLinkMs: 0, statusUnlinkMs: 3_000, dialogUnlinkMs: 0 },
  });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  await contact.send('a status', { to: 'status@broadcast' });
  const wad = await home.start();
  await wad.link(phone);
  const after = await wad.mark();
  // The page does the same by itself, but only when it is ready.
  await sim.pages[0]?.reload();
  await wad.became('syncing', { after });
  await wad.became('ready', { after });
  t.notOk((await wad.states()).includes('reconnecting'));
  t.match(await wad.status(), { status: 'ready', reconnectAttempts: 0 });
  const linkedAt = phone.devices[0]?.linkedAtMs ?? 0;
  await eventually(() => Date.now() > linkedAt + 3_500, 'the time has passed', 6_000);
  t.equal(phone.devices[0]?.statusRead, false, 'no status was read');
  t.equal(phone.devices.length, 1, 'the device is still linked');
  const sent = await wad.request('message.send', { to: contact.number, text: 'still here' });
  t.match(await wad.request('message.wait', { id: sent.id, for: 'delivered' }), { error: null });
  t.same(await wad.events('alert'), []);
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});
