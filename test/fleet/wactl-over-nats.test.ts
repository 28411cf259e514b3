// `wactl --fleet`: the same commands, over NATS, for an account on whichever machine.
import t from 'tap';
import { FleetPair } from '../harness/fleet-pair.js';
import { startWactl, wactl } from '../harness/wactl.js';

t.setTimeout(200_000);

t.test('wactl --fleet reaches the account wherever it runs', async (t) => {
  const pair = await FleetPair.make(t);
  const ben = pair.sim.createContact({ number: '15550002222', pushname: 'Ben' });
  const env = { WAD_FLEET_SERVERS: pair.server.url };
  const nobody = await wactl(['--fleet', 'status'], { env });
  t.match(nobody, { code: 1, stderr: /fleet/ }, 'no daemon has made the fleet yet');
  const first = await pair.ready('a');
  t.match(JSON.parse((await wactl(['--fleet', 'status', '-o', 'json'], { env })).stdout), {
    status: 'ready',
    fleet: { holder: 'a' },
  });
  t.match(await wactl(['status'], { env: { ...env, WAD_FLEET: '1' } }), { code: 0, stdout: /ready/ });
  t.match(await wactl(['--fleet', '-a', '*', 'status'], { env }), { code: 0, stdout: /default/ });
  t.match(await wactl(['--fleet', 'send', ben.number, 'over NATS'], { env }), { code: 0, stdout: /sent/ });
  t.match(
    await wactl(['--fleet', 'send', ben.number, '--file', '-', '--as', 'document'], {
      env,
      input: 'x'.repeat(900_000),
    }),
    { code: 0 },
  );
  t.equal(ben.received.length, 2);

  await ben.send('to a');
  const line = ['--fleet', '-o', 'jsonl', 'events', '--follow', '--since', '0', '--type', 'message'];
  const following = startWactl(line, { env, timeoutMs: 150_000 });
  await following.printed(/to a/);
  const second = await pair.stands('b');
  await first.request('fleet.handOver', {});
  await second.listening();
  await second.until('ready');
  await ben.send('to b');
  await following.printed(/to b/);
  following.child.kill('SIGINT');
  t.match(await following.end, { code: 130, stderr: /wactl --fleet -o jsonl events --follow .*--since \d+/ });
  t.match(await wactl(['--fleet', '--socket', '/x', 'status'], { env }), { code: 2, stderr: /--fleet/ });
  t.match(await wactl(['--fleet', 'accounts'], { env }), { code: 0 });
  await second.stop();
});
