/** Metrics over the control socket, of a daemon without HTTP. */
import t from 'tap';
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
