/** D9: forwarding works, although the page fetches its bundle only on demand. Two ways request it. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { BareClient } from '../simulator/bare-client.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

for (const forwarding of ['bundle', 'flow'] as const) {
  t.test(`a fresh page forwards, and the ${forwarding} fetches its bundle`, async (t) => {
    await using sim = await Simulator.start({ generation: '2026-10', knobs: { dialog: false, forwarding } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const wad = await home.start();
    await wad.link(phone);
    await ana.send('hello');
    const { data } = await wad.event('message', ({ body }) => body === 'hello');
    t.match(await wad.wactl(['forward', String(data.key), ben.number]), { code: 0 });
    await ben.waitForMessage(({ body }) => body === 'hello');
    t.match((await wad.status()).capabilities, { 'message.forward': 'ok' });

    // The next document has not fetched the bundle either.
    const after = await wad.mark();
    await sim.pages[0]?.reload();
    await wad.became('ready', { after });
    await ana.send('hello again');
    const again = await wad.event('message', ({ body }) => body === 'hello again');
    t.match(await wad.wactl(['forward', String(again.data.key), ben.number]), { code: 0 });
    await ben.waitForMessage(({ body }) => body === 'hello again');
    t.same(
      (await wad.events()).filter(({ data }) => JSON.stringify(data).includes('missing: WAWebChatForward')),
      [],
      'the module is not reported missing',
    );
    await wad.stop();
    t.same(wad.strayLines, []);
  });
}

t.test('a message with a file is forwarded with its file', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
  const wad = await home.start();
  await wad.link(phone);
  const bytes = Buffer.from('one,two\n1,2\n');
  const id = await ana.sendMedia({ bytes, mimetype: 'text/csv', filename: 'table.csv' });
  await wad.event('message', ({ messageId }) => messageId === id);
  t.match(await wad.wactl(['forward', id, ben.number]), { code: 0 });
  const got = await ben.waitForMessage(({ type }) => type === 'document');
  t.same(ben.download(got), bytes);

  await sim.faults.send('fails');
  const failed = await wad.wactl(['forward', id, ben.number, '-o', 'json']);
  t.equal(failed.code, 1, failed.stdout);
  t.match(failed.stderr, /page_error/);
  await wad.stop();
  t.same(wad.strayLines, []);
});

t.test('without a way to load forwarding, it is reported missing and the rest works', async (t) => {
  await using sim = await Simulator.start({
    knobs: { forwarding: 'bundle', missingModules: ['Bootloader', 'WAWebForwardMessageFlowLoadable'] },
  });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start();
  await wad.link(phone);
  const word = (capabilities: unknown) =>
    (capabilities as Record<string, string> | null)?.['message.forward'];
  await wad.event('state', ({ capabilities }) => word(capabilities) === 'missing: WAWebChatForwardMessage');
  await ana.send('hello');
  const { data } = await wad.event('message', ({ body }) => body === 'hello');
  t.match(await wad.wactl(['forward', String(data.key), ana.number]), {
    code: 5,
    stderr: /message\.forward is missing/,
  });
  t.match(await wad.wactl(['send', ana.number, 'a text']), { code: 0 });
  // The missing module is available again, as after a network failure during the start.
  const after = await wad.mark();
  await sim.set('missingModules', []);
  t.match(await wad.wactl(['forward', String(data.key), ana.number]), { code: 0 });
  await wad.event('state', ({ capabilities }) => word(capabilities) === 'ok', { after, timeoutMs: 60_000 });
  await wad.stop();
});

t.test('the bare library fails to forward', async (t) => {
  const knobs = { dialog: false, framesWhileSyncing: 0, pushStatesWhileSyncing: 0, lateModules: [] };
  // The bare library gives no origin for a new chat (D13).
  const sim = await Simulator.start({
    generation: '2026-10',
    knobs: { ...knobs, msgKeyString: '_serialized', chatOrigin: 'any' },
  });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const bare = await BareClient.linked(t, sim, phone);
  const message = await bare.client.sendMessage(ana.wid, 'to go on');
  await t.rejects(message.forward(ana.wid), /WAWebChatForwardMessage|reading 'forwardMessages'/);
});
