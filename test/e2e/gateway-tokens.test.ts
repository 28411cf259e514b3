/** Tokens of the running gateway: wactl creates and revokes them, HTTP requires them, and a restart keeps them. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { GatewayHome } from '../harness/gateway.js';
import { wactl } from '../harness/wactl.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(120_000);

const get = (url: string, token?: string): Promise<Response> =>
  fetch(url, { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });

t.test('a token is what wactl says it is, until it is revoked', async (t) => {
  await using home = await GatewayHome.make();
  const { env } = home;
  const gateway = await home.start();
  const { url } = gateway;
  const stranger = await get(`${url}/api/token`);
  t.equal(stranger.status, 401);
  t.match(await stranger.json(), { error: { data: { kind: 'unauthorized', hint: 'wactl token list' } } });

  const secret = await gateway.token('crm', 'read,send', 'shop,support');
  t.match(await (await get(`${url}/api/token`, secret)).json(), {
    ...{ name: 'crm', scopes: ['read', 'send'], accounts: ['shop', 'support'], expiresAt: null },
  });
  t.equal(statSync(join(home.dir, 'state/wad-gateway/tokens.json')).mode & 0o777, 0o600);

  const stream = await get(`${url}/api/events`, secret);
  t.equal(stream.status, 200);
  const ended = stream.text().then(
    () => 'ended',
    () => 'cut off',
  );
  t.match(await wactl(['gateway'], { env }), { code: 0, stdout: /tokens +1\n/ });
  t.match(await wactl(['token', 'revoke', 'crm'], { env }), { code: 0, stdout: 'crm is revoked\n' });
  t.equal((await get(`${url}/api/token`, secret)).status, 401);
  t.match(await ended, /ended|cut off/, 'the event stream of the token has ended');
  t.equal(await gateway.stop(), 0);
});

t.test('a restart keeps the tokens and their uses', async (t) => {
  await using home = await GatewayHome.make();
  const { env } = home;
  const first = await home.start();
  const secret = await first.token('crm', 'read');
  for (let n = 0; n < 3; n += 1) t.equal((await get(`${first.url}/api/token`, secret)).status, 200);
  t.equal(await first.stop(), 0);
  const second = await home.start();
  t.equal((await get(`${second.url}/api/token`, secret)).status, 200);
  const { stdout } = await wactl(['-o', 'json', 'token', 'list'], { env });
  t.match(JSON.parse(stdout), { tokens: [{ name: 'crm', uses: 4 }] });
  t.equal(await second.stop(), 0);
});

t.test('an expired token is refused, and its stream ends', async (t) => {
  await using home = await GatewayHome.make();
  const { env } = home;
  const { url } = await home.start();
  const line = ['token', 'create', '--name', 'brief', '--scope', 'read', '--account', '*', '--expires', '2s'];
  const secret = (await wactl(line, { env })).stdout.trim();
  const stream = await get(`${url}/api/events`, secret);
  t.equal(stream.status, 200);
  await stream.text().catch(() => undefined);
  t.equal((await get(`${url}/api/token`, secret)).status, 401);
  t.match(await wactl(['token', 'list'], { env }), { stdout: /^brief +read +\* +expired /m });
});

t.test(
  'a hundred wrong tokens are refused, further ones have to wait, and a valid one is served',
  async (t) => {
    await using home = await GatewayHome.make();
    const gateway = await home.start();
    const secret = await gateway.token('crm', 'read');
    const wrong = `wad_${'x'.repeat(43)}`;
    const statuses: number[] = [];
    for (let n = 0; n < 120; n += 1) statuses.push((await get(`${gateway.url}/api/token`, wrong)).status);
    t.same(statuses, [...Array(100).fill(401), ...Array(20).fill(429)]);
    const late = await get(`${gateway.url}/api/token`, wrong);
    t.equal(late.headers.get('Retry-After'), '3');
    t.match(await late.json(), { error: { data: { kind: 'rate_limited' } } });
    t.equal((await get(`${gateway.url}/api/token`, secret)).status, 200);
    t.match(gateway.log.records, [{ event: 'gateway.bad-tokens', address: '127.0.0.1' }].slice(1));
    t.ok(gateway.log.records.some(({ event }) => event === 'gateway.bad-tokens'));
    t.notMatch(JSON.stringify(gateway.log.records), secret);
  },
);

t.test('a token makes as many requests as the configuration permits', async (t) => {
  await using home = await GatewayHome.make();
  const gateway = await home.start({ env: { WAD_GATEWAY_RATE_PER_MINUTE: '60' } });
  const secret = await gateway.token('crm', 'read');
  const statuses: number[] = [];
  for (let n = 0; n < 15; n += 1) statuses.push((await get(`${gateway.url}/api/token`, secret)).status);
  t.same(statuses.slice(0, 10), Array(10).fill(200));
  t.ok(statuses.includes(429), String(statuses));
  t.equal((await get(`${gateway.url}/healthz`)).status, 200);
});

t.test('a request for an account of others is recorded with the name of the token', async (t) => {
  await using home = await GatewayHome.make();
  const gateway = await home.start();
  const secret = await gateway.token('crm', 'admin', 'shop');
  const refused = await get(`${gateway.url}/api/accounts/support/status`, secret);
  t.equal(refused.status, 403);
  t.match(await refused.json(), { error: { data: { kind: 'not_permitted' } } });
  const record = await gateway.log.logged('gateway.call', undefined, { timeoutMs: 5_000 });
  t.match(record, { level: 'info', caller: 'crm', account: 'support', status: 403, kind: 'not_permitted' });
});

t.test('a damaged file of tokens ends the start with 78, and is left alone', async (t) => {
  await using home = await GatewayHome.make();
  const first = await home.start();
  await first.token('crm', 'read');
  await first.stop();
  const path = join(home.dir, 'state/wad-gateway/tokens.json');
  writeFileSync(path, '{"version":1,"tok');
  await t.rejects(home.start(), /cannot be used: it is not JSON.*It was not changed/s);
  t.equal(statSync(path).size, 17);
});

t.test('a second gateway of the same user does not start', async (t) => {
  await using home = await GatewayHome.make();
  const first = await home.start();
  const secret = await first.token('crm', 'read');
  await t.rejects(home.start(), /lock_held|another/);
  t.equal((await get(`${first.url}/api/token`, secret)).status, 200);
  await eventually(
    async () => (await wactl(['gateway'], { env: home.env })).code === 0,
    'the first one answers',
  );
});
