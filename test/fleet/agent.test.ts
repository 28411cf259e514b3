// Three agents on a real NATS server run the accounts of a fleet, whatever happens to one of them: each account is held by one
// daemon, and never by two. The daemons are fakes that take real leases.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { Operator } from '../../src/fleet/operator.js';
import { eventually } from '../harness/eventually.js';
import { natsServer } from '../harness/nats.js';

const AGENT = fileURLToPath(new URL('../harness/fake-agent.js', import.meta.url));
const LEASE_SECONDS = 6;
/** A lease that expires, a start, and a machine with much to do. */
const WITHIN_MS = LEASE_SECONDS * 1_000 + 30_000;
const ACCOUNTS = Array.from({ length: 16 }, (_, n) => `shop${String(n).padStart(2, '0')}`);

interface Line {
  readonly what: 'has' | 'ends' | 'killed';
  readonly account: string;
  readonly machine: string;
  readonly pid: number;
}

class World {
  readonly agents = new Map<string, ChildProcess>();
  readonly #t: Test;
  readonly url: string;
  readonly directory: string;
  /** Machines that were killed, with the number of lines that were written before. */
  readonly #killed: { readonly machine: string; readonly at: number }[] = [];

  constructor(t: Test, url: string, directory: string) {
    this.#t = t;
    this.url = url;
    this.directory = directory;
  }

  get #file(): string {
    return join(this.directory, 'lines');
  }

  /** In a process group of its own, so that it can be killed with its children. */
  start(machine: string): ChildProcess {
    const args = [AGENT, this.url, machine, String(LEASE_SECONDS), this.directory, this.#file];
    const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    let tail = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      tail = `${tail}${text}`.slice(-4_000);
    });
    this.#t.teardown(() => {
      if (!this.#t.passing()) this.#t.comment(`${machine}: ${tail}`);
      killGroup(child);
    });
    this.agents.set(machine, child);
    return child;
  }

  async kill(machine: string): Promise<void> {
    const child = this.agents.get(machine);
    if (child === undefined) return;
    const ended = once(child, 'exit');
    killGroup(child);
    await ended;
    this.#killed.push({ machine, at: (await this.#lines()).length });
  }

  async #lines(): Promise<Line[]> {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  }

  /** Account → machine that holds it now. @throws when an account ever had two holders */
  async holders(): Promise<Map<string, string>> {
    const holders = new Map<string, { machine: string; pid: number }>();
    for (const [index, { what, account, machine, pid }] of (await this.#lines()).entries()) {
      for (const killed of this.#killed.filter(({ at }) => at === index)) forget(holders, killed.machine);
      const holder = holders.get(account);
      if (what === 'has' && holder !== undefined)
        throw new Error(`${account} has two holders: ${holder.machine} and ${machine}`);
      if (what === 'has') holders.set(account, { machine, pid });
      else if (holder?.pid === pid) holders.delete(account);
    }
    for (const { machine, at } of this.#killed)
      if (at === (await this.#lines()).length) forget(holders, machine);
    return new Map([...holders].map(([account, { machine }]) => [account, machine]));
  }

  /** Waits until every account is held, by these machines only. */
  async heldBy(
    machines: readonly string[],
    accounts: readonly string[] = ACCOUNTS,
  ): Promise<Map<string, string>> {
    return eventually(
      async () => {
        const holders = await this.holders();
        const isSo = accounts.every((account) => machines.includes(holders.get(account) ?? ''));
        return isSo && holders.size === accounts.length && holders;
      },
      `${accounts.length} accounts on ${machines.join(', ')}`,
      WITHIN_MS,
    );
  }
}

function forget(holders: Map<string, { machine: string }>, machine: string): void {
  for (const [account, holder] of holders) if (holder.machine === machine) holders.delete(account);
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const count = (holders: ReadonlyMap<string, string>, machine: string): number =>
  [...holders.values()].filter((name) => name === machine).length;

t.setTimeout(400_000);

t.test('three agents and sixteen accounts', async (t) => {
  const server = await natsServer(t);
  const directory = await mkdtemp(join(tmpdir(), 'wad-agents-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const world = new World(t, server.url, directory);
  world.start('a');
  const operator = await eventually(
    () => Operator.open({ servers: [server.url], env: {} }).catch(() => false as const),
    'the first agent creates the buckets',
    30_000,
  );
  t.teardown(() => operator.close());

  await t.test('the only machine runs all of them', async (t) => {
    for (const account of ACCOUNTS) await operator.add(account, undefined, undefined);
    await world.heldBy(['a']);
    t.pass();
  });

  await t.test('machines that join take nothing from one that is well', async (t) => {
    world.start('b');
    world.start('c');
    await eventually(async () => (await operator.view()).machines.length === 3, 'three machines', 30_000);
    t.equal(count(await world.holders(), 'a'), ACCOUNTS.length);
  });

  await t.test('a second agent of the same name is refused', async (t) => {
    const second = new World(t, server.url, directory).start('c');
    const [status] = await once(second, 'exit');
    t.equal(status, 78);
  });

  await t.test('a drain hands over all sixteen', async (t) => {
    await operator.drain('a', true);
    const holders = await world.heldBy(['b', 'c']);
    t.ok(count(holders, 'b') > 0 && count(holders, 'c') > 0, 'both take some');
    const { machines } = await operator.view();
    t.match(machines, [
      { machine: 'a', draining: true, accounts: [] },
      { machine: 'b', draining: false },
      { machine: 'c', draining: false },
    ]);
  });

  await t.test('a machine that is lost with all its processes', async (t) => {
    await world.kill('b');
    await world.heldBy(['c']);
    t.pass('the drained machine takes none');
  });

  await t.test('a move, to a machine that may take it', async (t) => {
    await t.rejects(operator.move('shop03', 'b2'), { kind: 'no_such_machine', message: /b2/ });
    await t.rejects(operator.move('shop03', 'a'), { kind: 'usage', message: /draining/ });
    await operator.drain('a', false);
    await operator.move('shop03', 'a');
    const holders = await eventually(
      async () => {
        const holders = await world.holders();
        return holders.get('shop03') === 'a' && holders.size === ACCOUNTS.length && holders;
      },
      'shop03 on a',
      WITHIN_MS,
    );
    t.equal(count(holders, 'a'), 1, 'and no other');
  });

  await t.test('an account that is stopped or removed runs nowhere', async (t) => {
    await operator.run('shop04', false);
    await operator.remove('shop05');
    const rest = ACCOUNTS.filter((account) => !['shop04', 'shop05'].includes(account));
    await world.heldBy(['a', 'c'], rest);
    await operator.run('shop04', true);
    await operator.add('shop05', '', undefined);
    await world.heldBy(['a', 'c']);
    t.pass();
  });

  await t.test('an account of another label moves only where it fits', async (t) => {
    await operator.add('shop06', undefined, ['is-a']);
    await operator.run('shop06', false);
    await eventually(async () => !(await world.holders()).has('shop06'), 'it is stopped', WITHIN_MS);
    await operator.run('shop06', true);
    await eventually(async () => (await world.holders()).get('shop06') === 'a', 'it is on a', WITHIN_MS);
    t.pass();
  });

  await t.test('an agent that ends orderly hands over at once', async (t) => {
    const startedAt = performance.now();
    world.agents.get('c')?.kill('SIGTERM');
    await world.heldBy(['a']);
    t.comment(`${Math.round(performance.now() - startedAt)} ms`);
    await operator.add('shop06', undefined, []);
  });
});
