/** D10: an incoming call is reported and can be rejected, on the older call stack and on the native one. */
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import { BareClient } from '../simulator/bare-client.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

for (const calls of ['collection', 'native'] as const) {
  t.test(`calls on the ${calls} stack are reported and can be rejected`, async (t) => {
    await using sim = await Simulator.start({ generation: '2026-10', knobs: { dialog: false, calls } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const wad = await home.start();
    await wad.link(phone);
    t.match((await wad.status()).capabilities, { 'calls.receive': /^(ok|patched)$/, 'calls.reject': 'ok' });

    const id = await ana.call({ video: true });
    const rings = await wad.event('call');
    t.match(rings.data, {
      ...{ id, video: true, group: false, fromMe: false, state: 'ringing' },
      sender: { phone: ana.number },
    });
    t.ok(
      Math.abs(Date.parse(String(rings.data.timestamp)) - Date.now()) < 60_000,
      'the timestamp is the time of the offer',
    );
    await ana.hangUp(id);
    t.match(await wad.event('call', ({ state }) => state === 'ended'), {
      data: { id, rejectedBy: null, sender: { phone: ana.number } },
    });

    const after = await wad.mark();
    const second = await ana.call();
    await wad.event('call', undefined, { after });
    t.match(await wad.wactl(['reject', second, '--text', 'In a meeting.']), {
      code: 0,
      stdout: /rejected .* from .*, message \S+\n/,
    });
    await eventually(() => ana.received.some(({ body }) => body === 'In a meeting.'), 'the text');
    t.match(await wad.event('call', ({ state }) => state === 'ended', { after }), {
      data: { id: second, rejectedBy: 'request', sender: { phone: ana.number } },
    });
    const up = sim.log.filter(({ direction }) => direction === 'up').map((one) => JSON.stringify(one));
    const [refusal, ...more] = up.filter((line) => line.includes(second) && !line.includes('"received"'));
    t.match(refusal, calls === 'native' ? /"reject-call".*"declined":true/ : /"stanza".*"reject"/);
    t.same(more, [], 'there are no further events');
    t.match(await wad.wactl(['reject', 'NOBODY']), { code: 7, stderr: /No call NOBODY is ringing/ });
    t.equal(
      (await wad.events('call')).filter(({ data }) => data.state === 'ringing').length,
      2,
      'each call is reported once',
    );
    await wad.stop();
    t.same(wad.strayLines, []);
  });
}

for (const generation of ['2026-04', '2026-09', '2026-10'] as const)
  t.test(`${generation}: every call is declined, and a person gets one text in some hours`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const env = { WAD_CALLS_ON_INCOMING: 'reject', WAD_CALLS_TEXT: 'Please write.' };
    const first = await home.start({ env });
    await first.link(phone);
    const declined = async (wad: Wad) => {
      const id = await ana.call();
      const ended = await wad.event('call', (call) => call.id === id && call.state === 'ended');
      t.equal(ended.data.rejectedBy, 'daemon');
    };
    await declined(first);
    await eventually(() => ana.received.some(({ body }) => body === 'Please write.'), 'the text');
    await declined(first);
    await first.stop();
    const second = await home.start({ env });
    await second.until('ready');
    await declined(second);
    t.equal((await second.events('call', 0)).filter(({ data }) => data.state === 'ended').length, 3);
    t.equal(
      ana.received.filter(({ body }) => body === 'Please write.').length,
      1,
      'one text, over a restart',
    );
    await second.stop();
  });

t.test('calls are reported after the call collection of the page loads late', async (t) => {
  await using sim = await Simulator.start({
    knobs: { calls: 'native', lateModules: ['WAWebCallCollection'], lateModulesMs: 3_600_000 },
  });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start();
  await wad.link(phone);
  const word = (capabilities: unknown) => (capabilities as Record<string, string> | null)?.['calls.receive'];
  await wad.event('state', ({ capabilities }) => word(capabilities)?.startsWith('missing') === true);
  const after = await wad.mark();
  await sim.set('lateModulesMs', 0);
  await wad.event('state', ({ capabilities }) => word(capabilities) === 'ok', { after, timeoutMs: 60_000 });
  const id = await ana.call();
  await wad.event('call', (call) => call.id === id);
  await wad.stop();
});

t.test('the bare library reports no call of the native stack', async (t) => {
  const sim = await Simulator.start({ knobs: { calls: 'native' } });
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const bare = await BareClient.linked(t, sim, phone);
  await ana.call();
  await ana.send('after it');
  await bare.wait('message', ({ body }: { body: string }) => body === 'after it');
  t.notOk(bare.seen.some(({ event }) => event === 'call'));
  await sim.set('calls', 'collection');
  await ana.call();
  await bare.wait('call');
});
