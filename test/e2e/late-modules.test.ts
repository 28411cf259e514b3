/** D11: modules that the page registers in time are never reported missing; others are, until they arrive. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
/** Modules that shims, library and readiness require first, and some that only an act requires. */
const LATE = [
  ...['WAWebSocketModel', 'WAWebMsgKey', 'WAWebSendMsgChatAction', 'WAWebCmd', 'WALinkify'],
  ...['WAWebChatStateBridge', 'WAWebBlockContactAction', 'WAWebMediaMmsV4Upload'],
];

t.test('modules that register in time are not reported missing', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07', knobs: { dialog: false } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start();
  await wad.link(phone);
  await ana.send('hello');
  await wad.event('message', ({ body }) => body === 'hello');
  const after = await wad.mark();
  // Later than the first check of the page, earlier than the limit after which a module counts as missing.
  await sim.set('lateModulesMs', 1_000);
  await sim.set('lateModules', LATE);
  await sim.pages[0]?.reload();
  await wad.became('ready', { after });
  t.match(await wad.wactl(['chat', 'typing', ana.number]), { code: 0 });
  t.match(await wad.wactl(['send', ana.number, 'hello again']), { code: 0 });
  await ana.waitForMessage(({ body }) => body === 'hello again');
  t.match((await wad.status()).capabilities, {
    'send.text': 'patched',
    'chat.typing': 'ok',
    'contact.block': 'ok',
  });
  const reports = (await wad.events()).filter(({ cursor }) => cursor > after);
  t.same(
    reports.filter(({ type, data }) => type === 'alert' || JSON.stringify(data).includes('missing')),
    [],
    'nothing is reported missing',
  );
  await wad.stop();
  t.same(wad.strayLines, []);
});

t.test('a module that is late is reported, and the capability is restored once it registers', async (t) => {
  const knobs = { lateModules: ['WAWebChatStateBridge'], lateModulesMs: 3_600_000 };
  await using sim = await Simulator.start({ knobs });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start();
  await wad.link(phone);
  await ana.send('hello');
  await wad.event('message', ({ body }) => body === 'hello');
  const word = (capabilities: unknown) => (capabilities as Record<string, string> | null)?.['chat.typing'];
  await wad.event('state', ({ capabilities }) => word(capabilities) === 'missing: WAWebChatStateBridge');
  t.match(await wad.wactl(['chat', 'typing', ana.number]), { code: 5, stderr: /WAWebChatStateBridge/ });
  const after = await wad.mark();
  await sim.set('lateModulesMs', 0);
  await wad.event('state', ({ capabilities }) => word(capabilities) === 'ok', { after });
  t.match(await wad.wactl(['chat', 'typing', ana.number]), { code: 0 });
  await wad.stop();
});
