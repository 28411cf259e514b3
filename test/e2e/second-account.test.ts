/** A second account under one HTTP configuration is refused, with a free address and the file for it. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

t.test('a second account is told the free address and the file for it, and starts with them', async (t) => {
  await using sim = await Simulator.start();
  await using first = await Home.make(sim, { t });
  await using second = await Home.make(sim, { t });
  const config = join(first.dir, 'config');
  const common = join(config, 'wad', 'wad.toml');
  const own = join(config, 'wad', 'shop.toml');
  mkdirSync(dirname(common), { recursive: true });
  writeFileSync(common, `[http]\nlisten = "127.0.0.1:${await freePort()}"\n`);
  const start = { args: ['--no-auto-init'], env: { XDG_CONFIG_HOME: config } };
  const running = await first.start(start);
  const shop = { ...start, args: [...start.args, '--account', 'shop'] };
  const refused = await second.start({ ...shop, listening: false });
  t.equal((await refused.ended()).code, 78);
  const [, line = '', file = ''] =
    /put `(listen = [^`]+)` below \[http\] in (\S+)/.exec(refused.stderr) ?? [];
  t.equal(file, own, refused.stderr);
  t.match(await refused.logged('daemon.failed'), { kind: 'address_in_use' });
  appendFileSync(own, `[http]\n${line}\n`);
  const wad = await second.start(shop);
  t.equal((await wad.request('daemon.info')).http, /"([^"]+)"/.exec(line)?.[1]);
  for (const one of [wad, running]) t.equal((await one.stop()).code, 0);
});
