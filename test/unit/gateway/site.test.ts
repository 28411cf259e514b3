// Which token may do what: each method by its scope, each account by the token's list, at every route.
import t from 'tap';
import { GATEWAY_ROUTES } from '../../../src/gateway/routes.js';
import { METHODS, type MethodName } from '../../../src/protocol/methods/index.js';
import { permits, SCOPES, type Scope } from '../../../src/protocol/scope.js';
import {
  ask,
  examples,
  type Got,
  Stream,
  startGateway,
  type TestGateway,
} from '../../harness/in-process-gateway.js';

type Route = (typeof GATEWAY_ROUTES)[number];
const OF_AN_ACCOUNT = GATEWAY_ROUTES.filter(({ path }) => path.includes('{account}'));
const OVER_ALL = GATEWAY_ROUTES.filter(({ path }) => !path.includes('{account}'));

const pathOf = ({ path }: Route, account: string): string =>
  path.replace('{account}', account).replace(/\{\w+\}/g, 'm-1');

/** The scope that a route needs. Those without a method of their own read, or take a file to be sent. */
const scopeOf = ({ asks, verb }: Route): Scope =>
  asks === null ? (verb === 'GET' ? 'read' : 'send') : METHODS[asks].scope;

/** Sends the example of the route's method. A stream counts as 200. */
async function play(gateway: TestGateway, route: Route, account: string, headers: Record<string, string>) {
  const { verb, asks } = route;
  const path = pathOf(route, account);
  if (path.endsWith('/events'))
    return Stream.open(gateway.url + path, headers).then(
      (stream) => {
        stream[Symbol.dispose]();
        return { status: 200 } as Got;
      },
      (error: Error): Got => ({
        ...{ status: Number(/status (\d+)/.exec(error.message)?.[1]), headers: {} },
        body: JSON.parse(error.message.replace(/^status \d+: /, '')),
      }),
    );
  const body = verb === 'GET' || asks === null ? {} : { body: METHODS[asks].example.params };
  return ask(gateway.url, verb, path, { headers, ...body });
}

t.test('a token without the scope of a method gets 403, and the daemon is not asked', async (t) => {
  await using gateway = await startGateway();
  for (const scope of SCOPES) {
    const headers = await gateway.header({ scopes: [scope] });
    for (const route of OF_AN_ACCOUNT) {
      const name = `${scope}: ${route.verb} ${route.path}`;
      gateway.calls.length = 0;
      const { status, body } = await play(gateway, route, 'shop', headers);
      // It reads the state as well.
      if (route.asks === 'session.qr' && route.verb === 'GET' && scope === 'operate') continue;
      if (permits([scope], scopeOf(route))) {
        t.not(status, 403, name);
        if (route.asks !== null) t.ok(gateway.calls.includes(`shop ${route.asks}`), `${name}: asked`);
        continue;
      }
      t.equal(status, 403, name);
      t.match(body, { error: { data: { kind: 'not_permitted', outcome: 'none' } } }, name);
      t.same(gateway.calls, [], `${name}: not asked`);
    }
  }
});

t.test('every method has a route, and each call of it is reported', async (t) => {
  await using gateway = await startGateway();
  const headers = await gateway.header({ name: 'crm' });
  const connected: MethodName[] = ['events.subscribe', 'events.unsubscribe'];
  for (const method of Object.keys(METHODS) as MethodName[]) {
    const path = `/api/accounts/shop/rpc/${method}`;
    const { status } = await ask(gateway.url, 'POST', path, {
      headers,
      body: METHODS[method].example.params,
    });
    if (connected.includes(method)) t.equal(status, 404, method);
    else t.match(gateway.done.at(-1), { token: 'crm', account: 'shop', method: { name: method } }, method);
  }
});

t.test('a token for another account gets 403 at every route, and no daemon is asked', async (t) => {
  await using gateway = await startGateway({ accounts: { shop: examples(), support: examples() } });
  const headers = await gateway.header({ accounts: ['support'] });
  for (const account of ['shop', 'not-there', '%73hop', 'shop%2f..%2fsupport', '__proto__', 'constructor'])
    for (const route of OF_AN_ACCOUNT) {
      const name = `${account}: ${route.verb} ${route.path}`;
      gateway.calls.length = 0;
      const { status, body } = await play(gateway, route, account, headers);
      t.equal(status, 403, name);
      t.match(body, { error: { data: { kind: 'not_permitted' } } }, name);
      t.same(gateway.calls, [], name);
    }
});

t.test('parameters that name another account are refused', async (t) => {
  await using gateway = await startGateway({ accounts: { shop: examples(), support: examples() } });
  const headers = await gateway.header({ accounts: ['support'] });
  const base = '/api/accounts/support';
  for (const body of [{ account: 'shop' }, { account: null }, { account: ['support'] }]) {
    const got = await ask(gateway.url, 'POST', `${base}/rpc/session.status`, { headers, body });
    t.match(got.body, { error: { data: { kind: 'wrong_account' } } }, JSON.stringify(body));
  }
  for (const query of ['?account=shop', '?account=support&account=shop', '?account='])
    t.match(
      (await ask(gateway.url, 'GET', `${base}/status${query}`, { headers })).body,
      { error: { data: { kind: 'wrong_account' } } },
      query,
    );
  t.equal((await ask(gateway.url, 'GET', `${base}/status?account=support`, { headers })).status, 200);
  t.notOk(gateway.calls.some((call) => call.startsWith('shop')));
});

t.test('without a token only the open routes are served', async (t) => {
  await using gateway = await startGateway();
  for (const route of GATEWAY_ROUTES) {
    const { verb, open } = route;
    const got = await ask(gateway.url, verb, pathOf(route, 'shop'));
    t.equal(got.status, open ? 200 : 401, `${verb} ${route.path}`);
    if (open) t.notOk(route.path.startsWith('/api/'), route.path);
  }
  t.same(gateway.calls, []);
});

t.test('what is shown of all accounts is shown of those of the token only', async (t) => {
  await using gateway = await startGateway({ accounts: { shop: examples(), support: examples() } });
  const headers = await gateway.header({ accounts: ['support', 'gone'], scopes: ['read'], name: 'one' });
  const get = async (path: string) => (await ask(gateway.url, 'GET', path, { headers })).body;
  const { accounts } = await get('/api/accounts');
  t.same(
    accounts.map(({ account }: { account: string }) => account),
    ['support'],
  );
  for (const query of ['', '?accounts=shop', '?accounts=shop,support'])
    t.notMatch(JSON.stringify(await get(`/metrics${query}`)), /shop|wad_gateway/, `metrics${query}`);
  t.notMatch(JSON.stringify(await get('/api/prometheus?accounts=shop,support')), /shop/);
  t.same(await get('/api/token'), {
    ...{ name: 'one', scopes: ['read'], accounts: ['support', 'gone'], expiresAt: null },
  });
  using stream = await Stream.open(`${gateway.url}/api/events?accounts=shop,support`, headers);
  t.match(stream.lastEventId, /^support:\d+,\*:\d+$/);
  await gateway.daemon('shop').restart();
  await gateway.daemon('support').restart();
  await stream.until(({ items }) => items.some(({ data }) => data.running === true), 'the restart');
  t.notMatch(JSON.stringify(stream.items), /shop/);
});

t.test('routes over all accounts check the scope, too', async (t) => {
  await using gateway = await startGateway();
  const headers = await gateway.header({ scopes: ['send', 'operate'] });
  for (const { path, open } of OVER_ALL) {
    const { status } = await ask(gateway.url, 'GET', path, { headers });
    t.equal(status, open || path === '/api/token' ? 200 : 403, path);
  }
});

t.test('account names are names, whatever they are in JavaScript', async (t) => {
  await using gateway = await startGateway({
    accounts: { ['__proto__' as string]: examples(), constructor: examples() },
  });
  const headers = await gateway.header();
  for (const name of ['__proto__', 'constructor']) {
    const { status } = await ask(gateway.url, 'GET', `/api/accounts/${name}/status`, { headers });
    t.equal(status, gateway.accounts.get(name) === undefined ? 404 : 200, name);
  }
  for (const name of [
    'toString',
    '%00',
    'a%0d%0ab',
    `${'x'.repeat(5_000)}`,
    '..',
    '%2e%2e',
    '*',
    'shop,support',
  ])
    t.equal(
      (await ask(gateway.url, 'GET', `/api/accounts/${name}/status`, { headers })).status,
      404,
      name.slice(0, 20),
    );
  t.equal((await ask(gateway.url, 'GET', '/api/accounts/%ff/status', { headers })).status, 400);
});

t.test('HEAD has no body, also of a stream, and OPTIONS reveals nothing', async (t) => {
  await using gateway = await startGateway();
  const headers = await gateway.header();
  for (const path of ['/healthz', '/api/accounts', '/api/events', '/api/accounts/shop/events']) {
    const got = await ask(gateway.url, 'HEAD', path, { headers });
    t.same([got.status, got.body], [200, ''], path);
  }
  t.equal((await ask(gateway.url, 'OPTIONS', '/api/accounts/shop/messages')).status, 401);
  const got = await ask(gateway.url, 'OPTIONS', '/api/accounts/shop/messages', { headers });
  t.equal(got.status, 405);
  t.equal(got.headers['access-control-allow-origin'], undefined);
});

t.test('the names of the configuration are accepted as Host, and others are not', async (t) => {
  await using gateway = await startGateway({ hosts: ['gateway.example'] });
  const statusOf = async (host: string) =>
    (await ask(gateway.url, 'GET', '/healthz', { headers: { Host: host } })).status;
  for (const host of ['gateway.example', 'Gateway.Example:8443', 'localhost', '127.0.0.1:3080'])
    t.equal(await statusOf(host), 200, host);
  for (const host of [
    'evil.example',
    'gateway.example.evil.example',
    'x.gateway.example',
    'gateway.example@evil',
  ])
    t.equal(await statusOf(host), 403, host);
});

t.test('a token that is revoked or expires ends its streams, and only its own', async (t) => {
  await using gateway = await startGateway();
  const revoked = await gateway.header({ name: 'revoked' });
  const brief = await gateway.header({ expiresAt: new Date(Date.now() + 1_500).toISOString() });
  using kept = await Stream.open(`${gateway.url}/api/events`, await gateway.header());
  const open = (headers: Record<string, string>) =>
    Promise.all(
      ['/api/events', '/api/accounts/shop/events'].map((path) => Stream.open(gateway.url + path, headers)),
    );
  const short = await open(brief);
  const ended = await open(revoked);
  await gateway.tokens.revoke('revoked');
  for (const stream of [...ended, ...short]) await stream.over();
  t.equal((await ask(gateway.url, 'GET', '/api/token', { headers: revoked })).status, 401);
  t.equal((await ask(gateway.url, 'GET', '/api/token', { headers: brief })).status, 401);
  await gateway.daemon('shop').restart();
  await kept.until(({ items }) => items.length >= 2, 'the restart');
});
