// HTTP gives the same answers and errors as the socket, streams events by cursor, and closes cleanly.

import { EventEmitter, once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import t from 'tap';
import { ROUTES } from '../../../src/http/routes.js';
import { tokenOf } from '../../../src/http/token.js';
import type { Call } from '../../../src/protocol/dispatch.js';
import { Fault } from '../../../src/protocol/fault.js';
import { faultRow } from '../../../src/protocol/fault-table.js';
import { METHODS, type MethodName } from '../../../src/protocol/methods/index.js';
import { Client } from '../../../src/socket/client.js';
import { Listener, startDoor, type TestDoor } from '../../harness/http.js';
import { dataOf, madeUp, unchecked } from '../../harness/made-up-event.js';
import { untilAborted } from '../../harness/server.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const post = (door: TestDoor, path: string, body?: unknown, headers: Record<string, string> = JSON_TYPE) =>
  fetch(`${door.url}${path}`, {
    ...{ method: 'POST', headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

t.test('socket and HTTP give the same answer for each method', async (t) => {
  const examples = Object.fromEntries(
    Object.entries(METHODS).map(([name, { example }]) => [name, () => example.result]),
  );
  await using door = await startDoor(examples);
  await using client = await Client.connect(door.behind.path);
  const names = (Object.keys(METHODS) as MethodName[]).filter((name) => !/subscribe/.test(name));
  for (const name of names) {
    const { params } = METHODS[name].example;
    const response = await post(door, `/api/rpc/${name}`, params);
    t.equal(response.status, 200, name);
    t.same(await response.json(), await client.call(name, params), name);
  }
  for (const name of ['events.subscribe', 'events.unsubscribe'])
    t.equal((await post(door, `/api/rpc/${name}`, {})).status, 404, `${name} requires a connection`);
});

t.test('the type and name that a sender gave to a file do not become response headers', async (t) => {
  const file = {
    ...{ id: METHODS['media.fetch'].example.result.id, size: 3, mimetype: 'text/html; charset=utf-8' },
    name: 'x.html"\r\nX-Evil: 1\r\n\r\n<script>alert(1)</script>',
  };
  const bytes = Buffer.from('<script>alert(1)</script>').toString('base64');
  await using door = await startDoor({
    'media.fetch': () => file,
    'media.read': ({ id }) => ({ ...file, id, offset: 0, data: bytes, end: true }),
  });
  const asked = [
    ['media.fetch', METHODS['media.fetch'].example.params],
    ['media.read', METHODS['media.read'].example.params],
  ] as const;
  for (const [method, params] of asked) {
    const response = await post(door, `/api/rpc/${method}`, params, {
      ...JSON_TYPE,
      Accept: 'text/html, */*',
    });
    t.equal(response.headers.get('content-type'), 'application/json; charset=utf-8', method);
    t.equal(response.headers.get('x-content-type-options'), 'nosniff');
    t.notMatch(JSON.stringify([...response.headers]), /evil|x\.html/i);
    t.notMatch(await response.text(), /\r\n/);
  }
});

t.test('socket and HTTP give the same error for each fault', async (t) => {
  for (const kind of ['not_linked', 'no_qr', 'busy', 'disk_full', 'outcome_unknown'] as const) {
    const more = { reason: 'because', hint: 'do something', retryAfterMs: 1_500 };
    const fail = () => {
      throw new Fault(kind, more);
    };
    await using door = await startDoor({ 'message.send': fail });
    await using client = await Client.connect(door.behind.path);
    const response = await post(door, '/api/whatsapp/messages', { to: '15550002222', text: 'x' });
    t.equal(response.status, faultRow(kind).http, kind);
    t.equal(response.headers.get('retry-after'), '2');
    const body = (await response.json()) as { error: object; timestamp: string };
    const onSocket = await client.call('message.send', { to: '15550002222', text: 'x' }).catch(Fault.of);
    t.same(body.error, (onSocket as Fault).toWire(), kind);
    t.match(body, { success: false, message: faultRow(kind).says, reason: 'because', hint: 'do something' });
    t.ok(Date.parse(body.timestamp) > 0);
  }
  await using door = await startDoor();
  const wrong = await post(door, '/api/whatsapp/messages', { to: 7, txt: 'x' });
  t.equal(wrong.status, 400);
  t.match(await wrong.json(), {
    error: { data: { kind: 'invalid_params', issues: [{ path: 'to' }, { path: 'txt' }] } },
  });
});

t.test('a message is accepted with a key from its header, and found by either id', async (t) => {
  const sent: unknown[] = [];
  await using door = await startDoor({
    'message.send': (params) => {
      sent.push(params);
      return { id: 'm-1', messageId: '3EB0', state: 'queued' };
    },
    'message.get': ({ id }) => ({ ...METHODS['message.get'].example.result, messageId: id }),
  });
  const message = { to: '+1 555 000 2222', text: 'hello' };
  const response = await post(door, '/api/whatsapp/messages', message, {
    ...JSON_TYPE,
    'Idempotency-Key': 'order-17',
  });
  t.equal(response.status, 202);
  t.same(await response.json(), { id: 'm-1', messageId: '3EB0', state: 'queued' });
  t.same(sent, [{ ...message, key: 'order-17' }]);
  const id = 'false_15550002222@c.us_3EB0 é';
  const got = await fetch(`${door.url}/api/whatsapp/messages/${encodeURIComponent(id)}`);
  t.match(await got.json(), { messageId: id });
  t.equal((await fetch(`${door.url}/api/whatsapp/messages/%ff`)).status, 400);
});

t.test('the QR is served as JSON or as a picture, and an error always as JSON', async (t) => {
  const qr = '2@abc,def,ghi,1';
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  await using door = await startDoor({
    'session.qr': ({ waitMs }) => {
      if (waitMs === 1) throw new Fault('no_qr', { reason: 'none now' });
      return { qr, issuedAt: expiresAt, expiresAt, number: 1 };
    },
    'session.status': () => ({ ...METHODS['session.status'].example.result, status: 'linking' }),
  });
  const get = (accept: string, query = '') =>
    fetch(`${door.url}/api/whatsapp/qr${query}`, { headers: { Accept: accept } });
  const plain = await get('*/*');
  const body = (await plain.json()) as Record<string, string>;
  t.same(Object.keys(body), ['qr', 'dataUrl', 'expiresAt', 'status', 'timestamp']);
  t.match(body, { qr, expiresAt, status: 'linking', dataUrl: /^data:image\/png;base64,iVBOR/ });
  t.equal(
    plain.headers.get('cache-control'),
    'no-store',
    'anybody with the QR can link, so it is not cached',
  );
  for (const [accept, type] of [
    ['image/png', 'image/png'],
    ['image/svg+xml', 'image/svg+xml'],
    ['image/svg+xml;q=0.5, image/png', 'image/png'],
    ['image/avif,image/webp,image/svg+xml,image/*,*/*;q=0.8', 'image/svg+xml'],
    ['application/json, image/png;q=0.9', 'application/json; charset=utf-8'],
    ['text/html, */*', 'application/json; charset=utf-8'],
  ] as const)
    t.equal((await get(accept)).headers.get('content-type'), type, accept);
  const png = Buffer.from(await (await get('image/png')).arrayBuffer());
  t.equal(png.subarray(1, 4).toString(), 'PNG');
  t.match(await (await get('image/svg+xml')).text(), /^<svg[\s\S]*<\/svg>\s*$/);
  const none = await get('image/png', '?waitMs=1');
  t.equal(none.status, 404);
  t.match(await none.json(), { reason: 'none now', error: { data: { kind: 'no_qr' } } });
});

t.test('liveness and readiness are separate', async (t) => {
  let status: 'ready' | 'reconnecting' = 'reconnecting';
  await using door = await startDoor({
    'session.status': () => ({ ...METHODS['session.status'].example.result, status, reason: 'network_down' }),
  });
  t.match(await (await fetch(`${door.url}/healthz`)).json(), { status: 'ok' });
  const not = await fetch(`${door.url}/readyz`);
  t.equal(not.status, 503);
  t.match(await not.json(), { ready: false, status: 'reconnecting', reason: 'network_down' });
  status = 'ready';
  t.equal((await fetch(`${door.url}/readyz`)).status, 200);
  const head = await fetch(`${door.url}/readyz`, { method: 'HEAD' });
  t.equal(head.status, 200);
  t.equal(await head.text(), '');
});

t.test('without the token, readyz reports readiness but not the reason', async (t) => {
  const status = {
    ...METHODS['session.status'].example.result,
    status: 'linking',
    reason: 'qr_waiting',
  } as const;
  await using door = await startDoor({ 'session.status': () => status }, { token: tokenOf('a-token') });
  for (const [headers, names] of [
    [{}, ['ready', 'timestamp']],
    [{ Authorization: 'Bearer another' }, ['ready', 'timestamp']],
    [{ Authorization: 'Bearer a-token' }, ['ready', 'status', 'reason', 'timestamp']],
  ] as const) {
    const response = await fetch(`${door.url}/readyz`, { headers: { ...headers } });
    t.equal(response.status, 503);
    t.same(Object.keys((await response.json()) as object), names, JSON.stringify(headers));
  }
});

t.test('a request without the token does not learn the path of the socket', async (t) => {
  const fail = () => {
    throw new Fault('shutting_down', { hint: 'wactl --socket /run/here status' });
  };
  const options = { token: tokenOf('a-token'), address: ['--socket', '/run/here'] };
  await using door = await startDoor({ 'session.status': fail }, options);
  for (const path of ['/readyz', '/api/whatsapp/status', '/nothing']) {
    t.notMatch(await (await fetch(`${door.url}${path}`)).text(), /\/run\/here/, path);
    const headers = { Authorization: 'Bearer a-token' };
    if (path !== '/nothing')
      t.match(await (await fetch(`${door.url}${path}`, { headers })).text(), /\/run\/here/, path);
  }
});

t.test('events are streamed from a cursor, and a listener that reconnects misses none', async (t) => {
  await using door = await startDoor();
  const { feed, written } = door.behind;
  for (let n = 0; n < 500; n += 1) feed.append(n % 2 ? 'alert' : 'message', madeUp({ n }));
  await written();
  using first = await Listener.open(door.url, { path: '/api/whatsapp/events?after=0', check: unchecked });
  const events = [...(await first.received(500))];
  t.same(
    events.map((event) => dataOf(event).n),
    Array.from({ length: 500 }, (_, n) => n),
  );
  const at = events[199]?.cursor ?? 0;
  const headers = { 'Last-Event-ID': String(at) };
  using second = await Listener.open(door.url, {
    path: '/api/whatsapp/events?after=0',
    headers,
    check: unchecked,
  });
  feed.append('alert', madeUp({ n: 500 }));
  t.same(
    (await second.received(301)).map((event) => dataOf(event).n),
    Array.from({ length: 301 }, (_, n) => n + 200),
  );
  using some = await Listener.open(door.url, {
    path: '/api/whatsapp/events?after=0&types=qr,alert',
    check: unchecked,
  });
  t.same(new Set((await some.received(251)).map(({ type }) => type)), new Set(['alert']));
  using fresh = await Listener.open(door.url, { check: unchecked });
  t.equal(fresh.lastEventId, String(feed.last), 'the stream names its cursor before the first event');
  feed.append('qr', madeUp({ n: 501 }));
  t.match(await fresh.received(1), [{ type: 'qr', data: { n: 501 } }]);
  for (const query of ['after=x', 'types=nothing', 'after=1&other=2', 'consumer=a%20b'])
    t.equal((await fetch(`${door.url}/api/whatsapp/events?${query}`)).status, 400, query);
  t.equal((await fetch(`${door.url}/api/whatsapp/events`, { method: 'HEAD' })).status, 200);
});

t.test('a hundred listeners receive every event, in order', async (t) => {
  await using door = await startDoor();
  const listeners = await Promise.all(
    Array.from({ length: 100 }, () => Listener.open(door.url, { check: unchecked })),
  );
  t.teardown(() => {
    for (const listener of listeners) listener[Symbol.dispose]();
  });
  for (let n = 0; n < 200; n += 1) door.behind.feed.append('message', madeUp({ n, body: 'x'.repeat(500) }));
  const wanted = Array.from({ length: 200 }, (_, n) => n);
  for (const listener of listeners) {
    const received = (await listener.received(200)).map((event) => dataOf(event).n);
    if (JSON.stringify(received) !== JSON.stringify(wanted)) t.fail('a listener missed an event');
  }
  t.equal(listeners.length, 100);
});

t.test('a listener that does not read is disconnected, and others are not affected', async (t) => {
  await using door = await startDoor({}, { maxBacklogBytes: 1024 * 1024 });
  using reads = await Listener.open(door.url, { check: unchecked });
  const deaf = request(`${door.url}/api/whatsapp/events`, { agent: false })
    .on('error', () => {})
    .end();
  const [response] = (await once(deaf, 'response')) as [IncomingMessage];
  response.pause();
  response.on('error', () => {});
  const cutOff = new Promise<void>((resolve) => deaf.once('close', () => resolve()));
  for (let n = 0; n < 1_200; n += 1) {
    door.behind.feed.append('message', madeUp({ n, body: 'x'.repeat(20_000) }));
    if (n % 20 === 19) await reads.received(n + 1);
  }
  response.resume();
  await cutOff;
  t.notOk(response.complete, 'its stream was cut off');
  t.equal(reads.events.length, 1_200);
});

/** A `session.wait` that lasts until its signal aborts, and reports its begin and the reason of its end. */
function lasting() {
  const emitter = new EventEmitter();
  const wait = (_: unknown, { signal }: Call) => {
    signal.addEventListener('abort', () => emitter.emit('ended', signal.reason), { once: true });
    emitter.emit('begun');
    return untilAborted(signal);
  };
  const ended = once(emitter, 'ended').then(([reason]) => reason as unknown);
  return { begun: once(emitter, 'begun'), ended, handlers: { 'session.wait': wait } };
}

t.test('a close answers requests in flight and ends the streams', async (t) => {
  const { begun, handlers } = lasting();
  await using door = await startDoor(handlers);
  using listener = await Listener.open(door.url);
  const waiting = post(door, '/api/rpc/session.wait', { states: ['ready'] });
  await begun;
  const startedAt = performance.now();
  const closed = door.http.close();
  t.match(await (await waiting).json(), { error: { data: { kind: 'shutting_down' } } });
  await listener.over();
  await closed;
  t.ok(performance.now() - startedAt < 2_000);
  await t.rejects(fetch(`${door.url}/healthz`), 'no further request is accepted');
});

t.test('a caller that disconnects aborts its request', async (t) => {
  const { begun, ended, handlers } = lasting();
  await using door = await startDoor(handlers);
  const leave = new AbortController();
  const gone = fetch(`${door.url}/api/rpc/session.wait`, {
    ...{ method: 'POST', headers: JSON_TYPE, body: '{"states":["ready"]}', signal: leave.signal },
  });
  await begun;
  leave.abort();
  await t.rejects(gone);
  t.match(await ended, { kind: 'connection_lost' });
});

t.test('every route has a description and occurs once', async (t) => {
  const names = ROUTES.map(({ verb, path }) => `${verb} ${path}`);
  t.equal(new Set(names).size, names.length);
  for (const { path, does } of ROUTES) t.ok(does.length > 15, path);
});
