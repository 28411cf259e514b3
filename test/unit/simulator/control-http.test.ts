/** The control API works for programs in other languages. A bare WebSocket plays the page. */
import { once } from 'node:events';
import t from 'tap';
import WebSocket from 'ws';
import { Simulator } from '../../simulator/simulator.js';

const sim = await Simulator.start();
t.teardown(() => sim.close());

// biome-ignore lint/suspicious/noExplicitAny: JSON of all routes
async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
  const answer = await fetch(sim.control + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  return { status: answer.status, body: await answer.json() };
}

/** Opens the chat socket of a page, without a page. */
async function line() {
  const socket = new WebSocket(`wss://127.0.0.1:${sim.port}/ws/chat?document=test`, {
    rejectUnauthorized: false,
  });
  // biome-ignore lint/suspicious/noExplicitAny: frames of all kinds
  const frames: any[] = [];
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)));
    socket.emit('frame');
  });
  await once(socket, 'open');
  return {
    send: (frame: object) => socket.send(JSON.stringify(frame)),
    close: () => socket.terminate(),
    async next(type: string) {
      for (;;) {
        const at = frames.findIndex((frame) => frame.type === type);
        if (at >= 0) return frames.splice(at, 1)[0];
        await once(socket, 'frame', { signal: AbortSignal.timeout(5_000) });
      }
    },
  };
}

t.test('knobs are read, set, and refused by name', async (t) => {
  t.match(await call('GET', '/knobs'), { status: 200, body: { knobs: { qrFirstMs: 60_000 } } });
  t.match(await call('POST', '/knobs', { qrFirstMs: 5_000 }), { body: { knobs: { qrFirstMs: 5_000 } } });
  t.equal(sim.knobs.qrFirstMs, 5_000);
  const refused = { status: 400, body: { name: 'KnobError', error: /did you mean "qrFirstMs"/ } };
  t.match(await call('POST', '/knobs', { qrFirst: 1 }), refused);
  t.match(await call('GET', '/knobs/help'), { body: { knobs: { ackFault: { kind: 'choice' } } } });
});

t.test('an unknown route or object is reported', async (t) => {
  t.match(await call('GET', '/nothing'), { status: 404, body: { routes: Array } });
  t.match(await call('POST', '/phones/1/ban'), { status: 400, body: { error: 'no phone 1' } });
  t.match(await call('POST', '/phones', { number: 'abc' }), { status: 400, body: { error: /is no number/ } });
  t.equal((await fetch(`${sim.control}/knobs`, { method: 'POST', body: 'nonsense' })).status, 400);
});

t.test('a phone links, people write in both directions, and a repeated id is shown once', async (t) => {
  t.match(await call('POST', '/phones', { number: '15550001111', pushname: 'Shop' }), {
    body: { lid: /@lid$/ },
  });
  t.match(await call('POST', '/contacts', { number: '15550002222', name: 'Ana' }), { status: 200 });
  t.match(await call('POST', '/contacts', { number: '15550002222' }), {
    status: 400,
    body: { error: /is taken/ },
  });

  const page = await line();
  page.send({ type: 'register', noiseKey: 'n', identityKey: 'i', advSecret: 'a', platform: '1' });
  const { refs } = await page.next('refs');
  t.equal(refs.length, 6);
  const wrong = await call('POST', '/phones/15550001111/scan', { qr: `${refs[0]},n,i,other,1` });
  t.match(wrong, { status: 400, body: { name: 'LinkRefused', reason: 'unknown' } });
  t.match(await call('POST', '/phones/15550001111/scan', { qr: `${refs[0]},n,i,a,1` }), { status: 200 });
  const { credentials } = await page.next('pair-success');
  const again = await call('POST', '/phones/15550001111/scan', { qr: `${refs[0]},n,i,a,1` });
  t.match(again, { status: 400, body: { reason: 'unknown' } });

  const { device, secret } = credentials;
  page.send({ type: 'login', device, secret, version: '2', takeover: false });
  t.match(await page.next('login-ok'), { me: { pn: '15550001111@c.us' }, contacts: [{ name: 'Ana' }] });
  await page.next('items-done');

  const { body: sent } = await call('POST', '/contacts/15550002222/send', { body: 'hello' });
  const { n, item } = await page.next('item');
  t.match(item, { kind: 'message', message: { id: sent.id, body: 'hello', from: '15550002222@c.us' } });
  page.send({ type: 'received', items: [n] });
  t.match(await call('POST', '/contacts/15550002222/wait-delivery', { id: sent.id }), {
    body: { delivered: true },
  });

  const message = {
    id: '3EB0AA',
    chat: '15550002222@c.us',
    from: '15550001111@c.us',
    to: '15550002222@c.us',
  };
  for (let times = 0; times < 2; times++) {
    page.send({ type: 'send', message: { ...message, fromMe: true, type: 'chat', t: 1, body: 'hi' } });
    t.match(await page.next('ack'), { level: 1, key: { id: '3EB0AA' } });
  }
  t.match(await call('POST', '/contacts/15550002222/wait-message', { body: 'hi' }), {
    body: { id: '3EB0AA' },
  });
  t.equal((await call('GET', '/contacts/15550002222/received')).body.received.length, 1);
  t.match((await call('GET', '/ledger')).body.arrivals, [{ repeated: false }, { repeated: true }]);

  await call('POST', '/phones/15550001111/unlink');
  t.match(await page.next('logged-out'), { reason: 'phone' });
  page.send({ type: 'login', device, secret, version: '2', takeover: false });
  t.match(await page.next('failure'), { code: 401 });
  page.close();
});

t.test('a wait has a deadline', async (t) => {
  t.match(await call('GET', '/qr?timeoutMs=20'), {
    status: 400,
    body: { error: 'no QR on a page within 20 ms' },
  });
});

t.test('a reset removes everybody', async (t) => {
  await call('POST', '/reset');
  t.match(await call('GET', '/'), { body: { phones: [], contacts: [], pages: [] } });
  t.equal(sim.knobs.qrFirstMs, 60_000);
});

t.test('close can be called twice and frees the ports', async (t) => {
  const other = await Simulator.start();
  const { port, control } = other;
  await Promise.all([other.close(), other.close()]);
  await t.rejects(fetch(control));
  const next = await Simulator.start({ port });
  t.equal(next.port, port);
  await next.close();
});
