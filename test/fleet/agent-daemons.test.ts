// Two real agents with real daemons as their children: an account moves with its profile, without a QR code, when its machine is
// drained and when an agent ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateIdentity } from 'age-encryption';
import t, { type Test } from 'tap';
import { eventually } from '../harness/eventually.js';
import { natsServer } from '../harness/nats.js';
import { wactl } from '../harness/wactl.js';
import { Simulator } from '../simulator/simulator.js';

const WAD_AGENT = fileURLToPath(new URL('../../../dist/wad-agent.cjs', import.meta.url));
const WAIT_MS = 120_000;

/** One machine: directories, environment and agent of its own. */
class FleetMachine {
  readonly #t: Test;
  readonly env: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;
  #output = '';

  private constructor(t: Test, env: Readonly<Record<string, string>>) {
    this.#t = t;
    this.env = env;
  }

  static async make(
    t: Test,
    sim: Simulator,
    name: string,
    fleet: Record<string, string>,
  ): Promise<FleetMachine> {
    const dir = await mkdtemp(join(tmpdir(), `wad-fleet-${name}-`));
    t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    const run = join(dir, 'run');
    await mkdir(run, { mode: 0o700 });
    return new FleetMachine(t, {
      ...{ PATH: process.env.PATH ?? '', HOME: dir, LANG: 'C.UTF-8', XDG_RUNTIME_DIR: run },
      ...{ XDG_STATE_HOME: join(dir, 'state'), XDG_CONFIG_HOME: join(dir, 'config') },
      ...{
        WAD_BROWSER_PATH: await sim.browserWrapper(dir, { sandbox: false }),
        WAD_BROWSER_SANDBOX: 'false',
      },
      ...{
        WAD_AGENT_RUN: 'children',
        WAD_AGENT_MEMORY_PER_ACCOUNT_MB: '1',
        WAD_FLEET_MACHINE: name,
        ...fleet,
      },
    });
  }

  start(): void {
    const child = spawn(process.execPath, [WAD_AGENT], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = `${this.#output}${text}`.slice(-20_000);
      });
    this.#child = child;
    this.#t.teardown(async () => {
      if (!this.#t.passing()) this.#t.comment(this.#output);
      await this.stop();
    });
  }

  /** Ends it with SIGTERM, when its daemons have ended. @returns its exit status */
  async stop(): Promise<number | null> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    return (await ended)[0] as number | null;
  }

  /** @throws (rejects) when it fails */
  async wactl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await wactl(args, { env: this.env, timeoutMs: WAIT_MS });
    if (code !== 0) throw new Error(`wactl ${args.join(' ')}: exit ${code}: ${stderr}`);
    return stdout;
  }

  /** Waits until the account can send from here. */
  ready(account: string): Promise<boolean> {
    return eventually(
      async () =>
        (await wactl(['-a', account, 'wait', 'ready'], { env: this.env, timeoutMs: WAIT_MS })).code === 0,
      `${account} is ready`,
      WAIT_MS,
    );
  }
}

t.setTimeout(400_000);

t.test('an account moves between real daemons with its link', async (t) => {
  const server = await natsServer(t);
  const sim = await Simulator.start();
  t.teardown(() => sim[Symbol.asyncDispose]());
  const phone = sim.createPhone({ number: '15550001111', pushname: 'Ada' });
  const keys = await mkdtemp(join(tmpdir(), 'wad-fleet-key-'));
  t.teardown(() => rm(keys, { recursive: true, force: true }));
  const keyFile = join(keys, 'fleet.key');
  await writeFile(keyFile, `${await generateIdentity()}\n`, { mode: 0o600 });
  const fleet = {
    ...{ WAD_FLEET_SERVERS: server.url, WAD_FLEET_KEY_FILE: keyFile, WAD_FLEET_LEASE_SECONDS: '6' },
  };
  const a = await FleetMachine.make(t, sim, 'a', fleet);
  const b = await FleetMachine.make(t, sim, 'b', fleet);

  a.start();
  await eventually(
    async () => (await wactl(['fleet', 'machines'], { env: a.env })).code === 0,
    'a fleet',
    30_000,
  );
  t.match(await a.wactl('fleet', 'add', 'shop'), /^shop runs$/m);
  await eventually(
    async () => (await wactl(['-a', 'shop', 'wait', 'linking'], { env: a.env })).code === 0,
    'a QR code',
    WAIT_MS,
  );
  await phone.scan(await sim.waitForQr({ timeoutMs: 60_000 }));
  await a.ready('shop');

  b.start();
  await eventually(
    async () => /^b +ok/m.test(await a.wactl('fleet', 'machines')),
    'the second machine',
    30_000,
  );
  const drainedAt = performance.now();
  t.match(await b.wactl('fleet', 'drain', 'a'), /^a runs no account$/m);
  await b.ready('shop');
  t.comment(`drained and ready: ${Math.round(performance.now() - drainedAt)} ms`);
  t.equal(phone.devices.length, 1, 'linked once');
  t.match(await b.wactl('fleet', 'accounts'), /^shop +held +b/m);

  await b.wactl('fleet', 'undrain', 'a');
  t.equal(await b.stop(), 0);
  await a.ready('shop');
  t.equal(phone.devices.length, 1, 'linked once');
  t.match(await a.wactl('fleet', 'stop', 'shop'), /^shop is stopped$/m);
  t.equal(phone.devices.length, 1, 'a stop keeps the link');
  t.equal(await a.stop(), 0);
});
