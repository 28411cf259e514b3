/** Metrics without HTTP at the daemon: over its control socket, and on the page of the gateway. */
import t from 'tap';
import { GatewayHome } from '../harness/gateway.js';
import { Home } from '../harness/home.js';
import { valueIn } from '../harness/metrics.js';
import { Simulator } from '../simulator/simulator.js';

t.setTimeout(120_000);

t.test('daemon.metrics works without HTTP, and counts from its first call', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const wad = await home.start({ args: ['--no-auto-init'] });
  t.equal((await wad.request('daemon.info')).http, null);
  await wad.request('daemon.ping');
  const { type, text } = await wad.request('daemon.metrics');
  t.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
  t.equal(valueIn(text, 'wad_state{state="stopped"}'), 1);
  t.ok(valueIn(text, 'process_resident_memory_bytes'));
  const requests = (method: string) => `wad_requests_total{method="${method}",outcome="ok"}`;
  t.equal(valueIn(text, requests('daemon.ping')), 0, 'nothing is counted before the first call');
  await wad.request('daemon.ping');
  const later = (await wad.request('daemon.metrics')).text;
  t.equal(valueIn(later, requests('daemon.ping')), 1);
  t.equal(valueIn(later, requests('daemon.metrics')), 0, 'the call that loaded them is not counted');
});

t.test('the gateway has the metrics of its accounts on one page', async (t) => {
  await using sim = await Simulator.start();
  await using machine = await GatewayHome.make();
  await using home = await Home.make(sim, { t, socket: await machine.socketOf('shop') });
  await machine.socketOf('support');
  await home.start({ args: ['--account', 'shop', '--no-auto-init'] });
  const gateway = await machine.start();
  const get = async (path: string, token: string) => {
    const response = await fetch(`${gateway.url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
    return { status: response.status, text: await response.text() };
  };
  const all = await gateway.token('all', 'read');
  const { text } = await get('/metrics', all);
  t.equal(valueIn(text, 'wad_up{account="shop"}'), 1);
  t.equal(valueIn(text, 'wad_up{account="support"}'), 0);
  t.equal(valueIn(text, 'wad_state{account="shop",state="stopped"}'), 1);
  t.ok(valueIn(text, 'process_resident_memory_bytes{account="shop"}'), 'of the daemon');
  t.ok(valueIn(text, 'process_resident_memory_bytes'), 'of the gateway');
  t.equal(valueIn(text, 'wad_gateway_accounts{running="true"}'), 1);
  t.equal(
    valueIn((await get('/metrics', all)).text, 'wad_gateway_requests_total{token="all",code="200"}'),
    1,
  );

  const targets = JSON.parse((await get('/api/prometheus', all)).text) as {
    labels: Record<string, string>;
  }[];
  t.same(
    targets.map(({ labels }) => labels.__param_accounts),
    ['shop', 'support'],
  );
  const one = await get('/metrics?accounts=shop', all);
  t.equal(valueIn(one.text, 'wad_up{account="shop"}'), 1);
  t.notMatch(one.text, /account="support"|wad_gateway_/);

  const support = await gateway.token('support', 'read', 'support');
  const own = await get('/metrics', support);
  t.notMatch(own.text, /account="shop"|wad_gateway_/, 'a token for one account sees no other');
  t.equal((await get('/metrics', await gateway.token('sender', 'send'))).status, 403);
});
