/** No token of the gateway does what its scopes do not permit, or reaches an account that it is not valid for. */
import t from 'tap';
import { GATEWAY_ROUTES } from '../../src/gateway/routes.js';
import type { MethodRow } from '../../src/protocol/method.js';
import { METHODS } from '../../src/protocol/methods/index.js';
import { SCOPES } from '../../src/protocol/scope.js';
import { GatewayHome } from '../harness/gateway.js';
import { startServer } from '../harness/server.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(240_000);

/** What the gateway asks a daemon for itself. */
const ITS_OWN: readonly string[] = [
  'session.status',
  'daemon.info',
  'daemon.metrics',
  'events.list',
  'events.subscribe',
];

const rows: readonly MethodRow[] = Object.values(METHODS);

/** A gateway with one account, `default`, and the names of the methods that its daemon was asked. */
async function setUp(home: GatewayHome) {
  const asked = new Set<string>();
  const handlers = Object.fromEntries(
    rows.map(({ name, example }) => [
      name,
      () => {
        if (!ITS_OWN.includes(name)) asked.add(name);
        return example.result;
      },
    ]),
  );
  const daemon = await startServer(handlers, { path: await home.socketOf('default') });
  const gateway = await home.start({ env: { WAD_GATEWAY_RATE_PER_MINUTE: '1000000' } });
  const request = async (token: string, verb: string, path: string, body?: object) => {
    const response = await fetch(`${gateway.url}${path}`, {
      method: verb,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { status } = response;
    const text = status === 200 ? '' : await response.text();
    await response.body?.cancel().catch(() => undefined);
    const kind = /"kind":"(\w+)"/.exec(text)?.[1] ?? null;
    return { status, kind };
  };
  return { daemon, gateway, asked, request };
}

t.test('a method is refused to a token without its scope, and nothing reaches the daemon', async (t) => {
  await using home = await GatewayHome.make();
  const { daemon, gateway, asked, request } = await setUp(home);
  await using _ = daemon;
  for (const scope of SCOPES) {
    const others = SCOPES.filter((other) => other !== scope && other !== 'admin');
    const token = await gateway.token(`not-${scope}`, others.join(','));
    asked.clear();
    for (const { name, example } of rows.filter((row) => row.scope === scope)) {
      const path = `/api/accounts/default/rpc/${name}`;
      const { status, kind } = await request(token, 'POST', path, example.params as object);
      t.ok(
        (status === 403 && kind === 'not_permitted') || (status === 404 && kind === 'no_such_route'),
        `${name} with ${others}: ${status} ${kind}`,
      );
      for (const wrong of [`${path}/`, `/api/accounts/default/rpc/${name.toUpperCase()}`, `${path}%00`])
        t.not((await request(token, 'POST', wrong, example.params as object)).status, 200, wrong);
    }
    t.same([...asked], [], `no method of scope ${scope} was called`);
  }
});

t.test('every method is open to an admin, and to a token with exactly its scope', async (t) => {
  await using home = await GatewayHome.make();
  const { daemon, gateway, request } = await setUp(home);
  await using _ = daemon;
  const admin = await gateway.token('admin', 'admin');
  for (const scope of SCOPES) {
    const own = await gateway.token(`only-${scope}`, scope);
    for (const { name, example } of rows.filter((row) => row.scope === scope))
      for (const token of [own, admin]) {
        const path = `/api/accounts/default/rpc/${name}`;
        const { status, kind } = await request(token, 'POST', path, example.params as object);
        t.notOk(kind === 'not_permitted', `${name}: ${status} ${kind}`);
      }
  }
});

t.test('no route reaches an account that the token is not valid for', async (t) => {
  await using home = await GatewayHome.make();
  const { daemon, gateway, asked, request } = await setUp(home);
  await using _ = daemon;
  const token = await gateway.token('other', 'admin', 'other,DEFAULT,defaul');
  const routes = GATEWAY_ROUTES.filter(({ path }) => path.includes('{account}'));
  t.ok(routes.length > 50, `${routes.length} routes`);
  for (const { verb, path } of routes)
    for (const name of ['default', '%64efault', 'nobody']) {
      const target = path.replace('{account}', name).replace(/\{\w+\}/g, 'x');
      const body = verb === 'GET' ? undefined : {};
      const answer = await request(token, verb, target, body);
      t.same(answer, { status: 403, kind: 'not_permitted' }, `${verb} ${target}`);
    }
  // The account of the path counts, whatever else a request names.
  for (const target of [
    '/api/accounts/other/../default/rpc/session.status',
    '/api/accounts/other/rpc/session.status?account=default',
    '/api/accounts/other%2F..%2Fdefault/rpc/session.status',
    '/api/accounts//default/rpc/session.status',
  ])
    t.not((await request(token, 'POST', target, { account: 'default' })).status, 200, target);
  t.same([...asked], []);
});

t.test('what is listed over all accounts contains only those of the token', async (t) => {
  await using home = await GatewayHome.make();
  const { daemon, gateway } = await setUp(home);
  await using _ = daemon;
  const mine = await gateway.token('mine', 'read', 'default');
  const other = await gateway.token('other', 'read', 'other');
  const text = async (token: string, path: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    return (await fetch(`${gateway.url}${path}`, { headers })).text();
  };
  for (const path of ['/api/accounts', '/api/prometheus']) {
    t.match(await text(mine, path), /default/, `${path}: the account is listed`);
    t.notMatch(await text(other, path), /default/, `${path}: it is not listed`);
  }
  t.notMatch(await text(other, '/metrics'), /account="default"/);
});
