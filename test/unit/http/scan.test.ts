// A scan by invalid requests is refused and logged, and reveals nothing.
import t from 'tap';
import { json } from '../../../src/http/reply.js';
import { tokenOf } from '../../../src/http/token.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { raw, startDoor } from '../../harness/http.js';
import {
  FINE,
  HOSTILE_REQUESTS,
  SLOW_BODY,
  SLOW_HEADERS,
  TOKEN,
  TWO_HOSTS,
} from '../../harness/http-hostile.js';

const token = tokenOf(TOKEN);
const PHONE = '919876543210';
const handlers = {
  'session.status': () => METHODS['session.status'].example.result,
  'session.qr': () => METHODS['session.qr'].example.result,
};

const statusOf = (text: string): number | 'closed' => {
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
  return status === undefined ? 'closed' : Number(status);
};

t.test('each hostile request is refused as the table says, and reveals nothing', async (t) => {
  await using door = await startDoor(handlers, { token });
  t.ok(HOSTILE_REQUESTS.length >= 80, `${HOSTILE_REQUESTS.length} requests`);
  t.equal(new Set(HOSTILE_REQUESTS.map(({ name }) => name)).size, HOSTILE_REQUESTS.length);
  for (const { name, bytes, status, kind } of HOSTILE_REQUESTS) {
    const text = await raw(door.port, bytes);
    t.equal(statusOf(text), status, name);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    if (kind !== undefined) t.match(JSON.parse(body), { success: false, error: { data: { kind } } }, name);
    for (const secret of [PHONE, TOKEN, '2@ref', 'node_modules', 'at Object', '.js:'])
      t.notOk(text.includes(secret), `${name}: no ${secret}`);
    t.notMatch(head, /access-control|x-powered-by|^server:/im, name);
  }
  t.equal(statusOf(await raw(door.port, FINE)), 200, 'a valid request is still served');
});

t.test('refused requests are logged, without secrets', async (t) => {
  await using door = await startDoor(handlers, { token });
  for (const { bytes } of HOSTILE_REQUESTS) await raw(door.port, bytes);
  const { lines } = door.behind.log;
  const kinds = new Set(HOSTILE_REQUESTS.flatMap(({ kind }) => kind ?? []));
  for (const kind of kinds)
    t.ok(
      lines.some(({ event, fields }) => event === 'http.refused' && fields.kind === kind),
      kind,
    );
  for (const kind of ['unauthorized', 'foreign_host', 'foreign_origin'])
    t.equal(
      lines.filter(({ level, fields }) => level === 'warn' && fields.kind === kind).length,
      1,
      `${kind} is logged as a warning, once for many`,
    );
  t.notOk(JSON.stringify(lines).includes(TOKEN.slice(0, 12)), 'no token');
  t.notOk(JSON.stringify(lines).includes('evil.example'), 'nothing that was sent');
  t.same(
    lines.filter(({ level }) => level === 'error'),
    [],
    'no error of our own',
  );
});

t.test('a request with two hosts is refused', async (t) => {
  await using door = await startDoor(handlers, { token });
  const text = await raw(door.port, TWO_HOSTS);
  t.equal(statusOf(text), 403);
  t.notOk(text.includes(PHONE));
});

t.test('a request that arrives slowly is ended, and others are served meanwhile', async (t) => {
  await using door = await startDoor(handlers, { token, headersMs: 300, requestMs: 600 });
  for (const [name, bytes] of [
    ['headers', SLOW_HEADERS],
    ['body', SLOW_BODY],
  ] as const) {
    const startedAt = performance.now();
    const slow = raw(door.port, bytes);
    t.equal(statusOf(await raw(door.port, FINE)), 200);
    const text = await slow;
    t.equal(statusOf(text), 408, name);
    t.match(text, /body_too_slow/);
    t.ok(performance.now() - startedAt < 5_000, name);
  }
  t.equal(statusOf(await raw(door.port, '')), 408, 'a connection that sends nothing');
});

t.test('requests over the limit in flight are refused until others end', async (t) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = { ...handlers, 'daemon.ping': () => held.then(() => METHODS['daemon.ping'].example.result) };
  await using door = await startDoor(slow, { token, maxInFlight: 2, maxConnections: 8 });
  const waiting = [1, 2].map(() => fetch(`${door.url}/healthz`));
  let text = await raw(door.port, FINE);
  while (statusOf(text) !== 429) text = await raw(door.port, FINE);
  t.match(text, /Retry-After: 1/);
  release();
  for (const response of await Promise.all(waiting)) t.equal(response.status, 200);
  t.equal(statusOf(await raw(door.port, FINE)), 200);
});

t.test('idle and incomplete connections are ended at their deadline and block nobody', async (t) => {
  await using door = await startDoor(handlers, {
    token,
    maxConnections: 50,
    headersMs: 500,
    requestMs: 500,
  });
  const kinds = ['', 'GET', SLOW_HEADERS, SLOW_BODY];
  const silent = Array.from({ length: 200 }, (_, n) => raw(door.port, kinds[n % kinds.length] ?? ''));
  const answers = (await Promise.all(silent)).map(statusOf);
  t.same(new Set(answers), new Set([408, 'closed']), 'each is ended');
  t.ok(answers.filter((answer) => answer === 408).length >= 25);
  t.equal(door.http.connections, 0);
  t.equal(statusOf(await raw(door.port, FINE)), 200);
  const dropped = door.behind.log.lines.filter(({ event }) => event === 'http.too_many');
  t.equal(dropped.filter(({ level }) => level === 'warn').length, 1, 'many refusals make one warning');
});

t.test('pipelined requests over the limit end the connection', async (t) => {
  await using door = await startDoor(handlers, { token });
  const one = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const text = await raw(door.port, one.repeat(2_000));
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => status);
  t.equal(statuses[0], '200');
  t.ok(
    statuses.length < 100 && statuses.slice(0, -1).every((status) => status === '200'),
    'the connection is closed',
  );
  const { lines } = door.behind.log;
  t.ok(lines.some(({ event, fields }) => event === 'http.refused' && fields.kind === 'busy'));
  t.equal(statusOf(await raw(door.port, FINE)), 200);
});

t.test('an internal error is logged, and not sent to the peer', async (t) => {
  const own = {
    openApi: () => json({}),
    page: { index: null, script: null, style: null } as never,
    metrics: () => Promise.reject(new TypeError('nothing is not a function')),
  };
  await using door = await startDoor(handlers, { token, own });
  const [head = ''] = FINE.split('\r\n', 1);
  const text = await raw(door.port, FINE.replace(head, `GET /metrics?since=${PHONE}&${TOKEN}=1 HTTP/1.1`));
  t.equal(statusOf(text), 500);
  t.notMatch(text, /nothing is not|scan\.test/);
  const errors = door.behind.log.lines.filter(({ level }) => level === 'error');
  t.match(errors, [
    {
      event: 'http.internal',
      fields: { verb: 'GET', route: '/metrics', status: 500, parameters: ['since', '…'], err: TypeError },
    },
  ]);
  t.equal(errors.length, 1);
  t.notMatch(JSON.stringify(errors), new RegExp(`${PHONE}|${TOKEN}`));
  t.equal(statusOf(await raw(door.port, FINE)), 200);
});
