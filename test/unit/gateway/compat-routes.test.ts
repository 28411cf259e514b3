/** Requests of other programs' clients that carry a file: who may make them, and what they leave behind. */
import { request } from 'node:http';
import t from 'tap';
import { SMALL_BODY_BYTES } from '../../../src/gateway/compat/limits.js';
import { isServed } from '../../../src/gateway/compat/row.js';
import { WAHA_ROWS } from '../../../src/gateway/compat/waha.js';
import { WWEBJS_ROWS } from '../../../src/gateway/compat/wwebjs-api.js';
import { compatRoutes } from '../../../src/gateway/compat-routes.js';
import { Fault } from '../../../src/protocol/fault.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { eventually } from '../../harness/eventually.js';
import { raw } from '../../harness/http.js';
import { ask, examples, startGateway } from '../../harness/in-process-gateway.js';
import { untilAborted } from '../../harness/server.js';

const URL_OF_A_FILE = 'https://files.example/a.png';
const FILE = { chatId: '15550002222@c.us', file: { url: URL_OF_A_FILE } };
const LIBRARY = { chatId: FILE.chatId, contentType: 'MessageMediaFromURL', content: URL_OF_A_FILE };
const piece = { ...METHODS['media.put'].example.result, file: null };

/** The routes, and the urls that they fetch. @param bytes the file at each url */
function routesOf(bytes: (signal?: AbortSignal) => AsyncGenerator<Uint8Array>) {
  const fetched: string[] = [];
  const routes = compatRoutes(['waha', 'wwebjs-api'], '1.2.3', (url, { signal } = {}) => {
    fetched.push(url);
    return bytes(signal);
  });
  return { fetched, routes };
}

async function* file(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a file');
}

t.test('a caller who may not send makes no fetch, and the refusal is recorded', async (t) => {
  const { fetched, routes } = routesOf(file);
  const accounts = { shop: examples(), support: examples() };
  await using gateway = await startGateway({ accounts, routes });
  const reader = await gateway.header({ name: 'reader', scopes: ['read'] });
  const other = await gateway.header({ name: 'other', scopes: ['send'], accounts: ['support'] });
  const both: readonly (readonly [string, object])[] = [
    ['/api/sendImage', { ...FILE, session: 'shop' }],
    ['/api/sendImage?session=shop', FILE],
    ['/api/shop/status/image', FILE],
    ['/client/sendMessage/shop', LIBRARY],
    ['/message/reply/shop', { ...LIBRARY, messageId: 'x' }],
  ];
  for (const [path, body] of both)
    for (const headers of [reader, other]) {
      const got = await ask(gateway.url, 'POST', path, { headers, body });
      t.match(got, { status: 403, body: { error: { data: { kind: 'not_permitted' } } } }, path);
    }
  t.same(fetched, []);
  t.same(gateway.calls, []);
  t.match(
    gateway.done.map(({ token, account, fault }) => [token, account, fault?.kind]),
    [null, null, 'shop', 'shop', 'shop'].map((account) => ['reader', account, 'not_permitted']),
    'the account is known where the path names it; the other token is reported by its account',
  );
  t.equal(
    (await ask(gateway.url, 'POST', '/api/sendImage?session=support', { headers: other, body: FILE })).status,
    201,
  );
  t.same(fetched, [URL_OF_A_FILE]);
});

t.test(
  'a caller who may not use the account is refused before the rest of the request is checked',
  async (t) => {
    const { fetched, routes } = routesOf(file);
    await using gateway = await startGateway({ routes, others: ['support'] });
    const headers = await gateway.header({ accounts: ['support'] });
    const rows = [...WAHA_ROWS, ...WWEBJS_ROWS].filter(isServed);
    const ofAccounts = rows.filter(({ accountOf }) => accountOf !== null);
    t.ok(ofAccounts.length > 150, `${ofAccounts.length} routes`);
    for (const { verb, path } of ofAccounts) {
      const target = path.replace(/\{(?:session|sessionId)\}/, 'shop').replace(/\{\w+\}/g, 'x');
      // It names the account, and has nothing else that the route requires.
      const body = verb === 'GET' || verb === 'DELETE' ? {} : { body: { session: 'shop', name: 'shop' } };
      const { status } = await ask(gateway.url, verb, `${target}?session=shop`, { headers, ...body });
      t.equal(status, 403, `${verb} ${path}`);
    }
    t.same(
      rows.filter(({ accountOf }) => accountOf === null).map(({ verb, path }) => `${verb} ${path}`),
      [
        ...['GET /api/sessions', 'GET /api/server/version', 'GET /api/version', 'GET /ping', 'GET /health'],
        ...['GET /ping', 'GET /session/getSessions'],
      ],
      'the routes over all accounts, or none, name none',
    );
    t.same([fetched, gateway.calls], [[], []]);
  },
);

t.test('the body of a caller who may not send is not read', async (t) => {
  const { routes } = routesOf(file);
  await using gateway = await startGateway({ routes, others: ['support'] });
  const reader = await gateway.header({ scopes: ['read'] });
  const other = await gateway.header({ scopes: ['send'], accounts: ['support'] });
  for (const [path, { Authorization }] of [
    ['/api/sendImage', reader],
    ['/client/sendMessage/shop', reader],
    ['/client/sendMessage/shop', other],
  ] as const) {
    const head = [
      ...[`POST ${path} HTTP/1.1`, 'Host: localhost', `Authorization: ${Authorization}`, 'Connection: close'],
      ...['Content-Type: application/json', 'Content-Length: 20000000', 'Expect: 100-continue'],
    ];
    t.match(await raw(gateway.port, `${head.join('\r\n')}\r\n\r\n`), /^HTTP\/1\.1 403 /, path);
  }
});

t.test('an upload that fails leaves nothing, while others of the account continue', async (t) => {
  const owners: AbortSignal[] = [];
  const { routes } = routesOf(async function* () {
    yield Buffer.alloc(SMALL_BODY_BYTES);
    throw new Fault('not_fetched');
  });
  const put = (_: unknown, { peer }: { peer: { closed: AbortSignal } }) => {
    if (!owners.includes(peer.closed)) owners.push(peer.closed);
    return piece;
  };
  await using gateway = await startGateway({
    accounts: { shop: { ...examples(), 'media.put': put } },
    routes,
  });
  const headers = await gateway.header();
  for (const n of [1, 2]) {
    const body = { ...FILE, session: 'shop' };
    t.equal((await ask(gateway.url, 'POST', '/api/sendImage', { headers, body })).status, 502);
    await eventually(() => owners.at(-1)?.aborted, 'the daemon sees the end of the upload');
    t.equal(owners.length, n, 'a connection of its own');
  }
});

t.test('a fetch ends when its client goes', async (t) => {
  let ended: unknown;
  const { fetched, routes } = routesOf(async function* (signal) {
    yield await untilAborted(signal as AbortSignal).catch((error) => {
      ended = error;
      throw error;
    });
  });
  await using gateway = await startGateway({ routes });
  const headers = { ...(await gateway.header()), 'Content-Type': 'application/json' };
  const asked = request(`${gateway.url}/api/sendImage`, { method: 'POST', headers, agent: false });
  asked.on('error', () => undefined).end(JSON.stringify({ ...FILE, session: 'shop' }));
  await eventually(() => fetched.length === 1, 'the fetch begins');
  asked.destroy();
  await eventually(() => ended !== undefined, 'the fetch ends');
  t.match(ended, { kind: 'connection_lost' });
});

t.test('an account whose daemon hangs takes no place of another, also for one token', async (t) => {
  const { routes } = routesOf(file);
  const hanging = {
    ...examples(),
    'media.put': (_: unknown, { signal }: { signal: AbortSignal }) => untilAborted(signal),
  };
  await using gateway = await startGateway({ accounts: { shop: hanging, support: examples() }, routes });
  const headers = { ...(await gateway.header()), 'Content-Type': 'application/json' };
  const data = Buffer.alloc(SMALL_BODY_BYTES).toString('base64');
  const body = { chatId: FILE.chatId, file: { data } };
  const stuck = [1, 2, 3].map(() => {
    const asked = request(`${gateway.url}/api/sendImage`, { method: 'POST', headers, agent: false });
    asked.on('error', () => undefined).end(JSON.stringify({ ...body, session: 'shop' }));
    return asked;
  });
  await eventually(() => gateway.calls.filter((call) => call === 'shop media.put').length === 2, 'two hang');
  const got = await ask(gateway.url, 'POST', '/api/sendImage', {
    headers,
    body: { ...body, session: 'support' },
  });
  t.equal(got.status, 201);
  for (const asked of stuck) asked.destroy();
});

t.equal(METHODS['media.put'].scope, 'send', 'as the tokens above assume');
