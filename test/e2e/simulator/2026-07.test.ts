/** The breaks of stock whatsapp-web.js 1.34.7 on generation 2026-07. */
import t from 'tap';
import { BareClient } from '../../simulator/bare-client.js';
import { Simulator } from '../../simulator/simulator.js';

/** Without the navigations during sync, which break it in other ways. */
const CALM = { framesWhileSyncing: 0, pushStatesWhileSyncing: 0 };

async function linked(sim: Simulator): Promise<BareClient> {
  const bare = await BareClient.start(sim);
  await sim.phones[0]?.scan(await sim.waitForQr());
  await bare.wait('ready');
  return bare;
}

t.test(
  'sendMessage resolves to undefined although the contact got the message; getChats fails with the error r: r',
  async (t) => {
    await using sim = await Simulator.start({ generation: '2026-07', knobs: CALM });
    sim.createPhone({ number: '15550001111' });
    const ana = sim.createContact({ number: '15550002222' });
    const bare = await linked(sim);
    t.teardown(() => bare.remove());
    t.equal(await bare.client.sendMessage('15550002222@c.us', 'hello'), undefined);
    const { id } = await ana.waitForMessage(({ body }) => body === 'hello');
    const [created] = await bare.wait('message_create', ({ body }) => body === 'hello');
    t.equal(created.id._serialized, undefined);
    t.equal(created.id.$1, `true_15550002222@c.us_${id}`);
    await ana.send('hi');
    await bare.wait('message', ({ body }) => body === 'hi');
    await t.rejects(bare.client.getChats(), /^r: r|r$/);
  },
);

t.test('after a restore the sync ends before the library listens, so it is never ready', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07', knobs: CALM });
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  await bare.close();
  const again = await BareClient.start(sim, { directory: bare.directory });
  t.teardown(() => again.remove());
  await phone.waitForOnline();
  t.equal(sim.pages[0]?.hasSynced, true);
  t.equal(await again.client.getState(), 'CONNECTED');
  t.equal(again.count('authenticated'), 0);
  t.equal(again.count('ready'), 0);
  t.equal(again.count('qr'), 0);
});

t.test('frames and pushState during sync make the library inject more than once', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07', knobs: { syncDelayMs: 500 } });
  sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  const look = (await sim.pages[0]?.look()) as { listeners: { Socket: { [name: string]: number } } };
  const twice = (look.listeners.Socket['change:hasSynced'] ?? 0) > 1;
  t.ok(twice || bare.injectErrors.length > 0, 'listeners are attached twice, or an injection failed');
});

t.test('an unacknowledged dialog ends the link; pressing its button keeps it', async (t) => {
  const knobs = { ...CALM, dialogUnlinkMs: 1_500, dialogDelayMs: 0 };
  await using sim = await Simulator.start({ generation: '2026-07', knobs });
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  await bare.client.pupPage?.waitForSelector('[role=dialog] button');
  t.same(await bare.wait('disconnected'), ['LOGOUT'], 'a dialog that stays open ends the link');
  t.equal(phone.devices.length, 0);

  await sim.set('dialogLanguage', 'de');
  await phone.scan(await sim.waitForQr());
  const button = await bare.client.pupPage?.waitForSelector('::-p-aria([role="button"][name="Weiter"])');
  await button?.click();
  await t.rejects(phone.waitForUnlinked({ timeoutMs: 2_500 }), /no unlinking/);
  t.equal(phone.devices.length, 1);
});

t.test('reading statuses ends the link at the first scheduled reload', async (t) => {
  const knobs = { ...CALM, dialog: false, statusUnlinkMs: 2_000 };
  await using sim = await Simulator.start({ generation: '2026-07', knobs });
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222' });
  await ana.send('my holidays', { to: 'status@broadcast' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  const chat = await bare.client.getChatById('15550002222@c.us');
  await chat.fetchMessages({ limit: 5 });
  t.equal(phone.devices[0]?.statusRead, false, 'reading other chats is not recorded as reading a status');
  await bare.client.pupPage?.evaluate(`
    const status = window.require('WAWebCollections').Chat.get('status@broadcast');
    window.require('WAWebChatLoadMessages').loadEarlierMsgs({ chat: status }).then(() => null)
  `);
  t.same(await bare.wait('disconnected'), ['LOGOUT']);
  t.equal(phone.devices.length, 0);
});

t.test('a pairing code for the linked number ends the link', async (t) => {
  const knobs = { ...CALM, dialog: false, codeUnlinkMs: 100 };
  await using sim = await Simulator.start({ generation: '2026-07', knobs });
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  await bare.client.requestPairingCode('15550001111');
  t.same(await bare.wait('disconnected'), ['LOGOUT']);
  t.equal(phone.devices.length, 0);
});

t.test('the page reloads once by itself, some minutes after a fresh link', async (t) => {
  const knobs = { ...CALM, dialog: false, reloadAfterLinkMs: 1_000 };
  await using sim = await Simulator.start({ generation: '2026-07', knobs });
  const phone = sim.createPhone({ number: '15550001111' });
  const bare = await linked(sim);
  t.teardown(() => bare.remove());
  const before = sim.pages[0]?.id;
  const after = await sim.waitForPage(({ id, hasSynced }) => id !== before && hasSynced);
  t.equal(phone.devices[0]?.online, true);
  t.equal(sim.loads.length, 2);
  await t.rejects(
    sim.waitForPage(({ id }) => id !== after.id, { timeoutMs: 1_500 }),
    /no page/,
  );
});
