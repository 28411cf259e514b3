// A trial of a fleet: a NATS server, two machines with an agent each, one account, and the gateway. The machine that runs the
// account is killed, again and again, before the user's eyes, and the account comes up on the other.
import { once } from 'node:events';
import { openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { generateIdentity } from 'age-encryption';
import { type Part, ROOT, type Stage } from './stage.js';
import { CONTACT, openTrialWorld, type TrialWorld, WACTL } from './trial-world.js';

const AGENT = join(ROOT, 'dist/wad-agent.cjs');
const GATEWAY = join(ROOT, 'dist/wad-gateway.cjs');
/** No real account has such a name, and the token is for it only. */
const ACCOUNT = 'trial';
const NUMBER = '15550001111';
const MACHINES = ['m1', 'm2'] as const;
type Machine = (typeof MACHINES)[number];
/** Shorter than by default, so that nobody waits long. */
const LEASE_SECONDS = 6;
const AGENT_END_MS = 100_000;
const LOOK_MS = 300;
/** A lease, and a start on a slow machine. */
const WITHIN_MS = 180_000;

/** @throws (rejects) when something does not start */
export async function trialOfFleet(stage: Stage, generation: string): Promise<void> {
  const world = await openTrialWorld(stage, generation);
  const { within } = world;
  stage.subdirectory('tmp');
  const keyFile = within('fleet.key');
  writeFileSync(keyFile, `${await generateIdentity()}\n`, { mode: 0o600 });
  const server = await startNats(stage, within);
  const [browser = '', ...others] = world.browserFlags.slice(1);
  const env = {
    ...world.env,
    ...{ TMPDIR: within('tmp'), WAD_FLEET_SERVERS: server.url, WAD_FLEET_KEY_FILE: keyFile },
    ...{ WAD_FLEET_LEASE_SECONDS: String(LEASE_SECONDS), WAD_BROWSER_PATH: browser },
    ...(others.includes('--no-sandbox') && { WAD_BROWSER_SANDBOX: 'false' }),
    ...{ WAD_AGENT_RUN: 'children', WAD_AGENT_MEMORY_PER_ACCOUNT_MB: '1' },
  };
  stage.onFailure = () => MACHINES.map((name) => endOf(within(`${name}.log`))).join('\n');
  const agents = new Map(MACHINES.map((name) => [name, startMachine(stage, world, { name, env })]));
  const door = await openDoor(stage, world, env);
  const { to, holder } = door;

  await stage.ask(to, [WACTL, 'fleet', 'add', ACCOUNT]);
  const first = await holder('linking', MACHINES);
  await world.post('/phones', { number: NUMBER, pushname: 'Trial' });
  const qr = await stage.ask(to, [WACTL, '--fleet', '-a', ACCOUNT, 'qr', '--raw']);
  await world.post(`/phones/${NUMBER}/scan`, { qr: qr.trim() });
  await holder('ready', MACHINES);
  const shown = async (...args: readonly string[]): Promise<void> => {
    if ((await stage.show(to, [WACTL, ...args])) !== 0) throw new Error(`wactl ${args.join(' ')} failed`);
  };
  await shown('fleet', 'status');
  // It also stores a copy of the session, with which the other machine continues after a loss.
  const second = otherThan(first);
  await shown('fleet', 'move', ACCOUNT, '--to', second);
  let runs = await holder('ready', [second]);
  await shown('--fleet', '-a', ACCOUNT, 'send', `+${CONTACT}`, `Hello from ${runs}`);

  stage.happy = true;
  stage.say(
    'All of it works. Everything keeps running; Ctrl-C ends it. Open the console in a browser, and log in with the token:',
    `${door.listen}/`,
    door.token,
    'In another terminal:',
    `export XDG_RUNTIME_DIR=${within('run')} WAD_FLEET_SERVERS=${server.url}`,
    `${WACTL} fleet status`,
    `${WACTL} --fleet -a ${ACCOUNT} send +${CONTACT} 'how are you?'`,
    `${WACTL} fleet move ${ACCOUNT} --to ${otherThan(runs)}`,
    `The logs: ${within('*.log')}`,
  );
  for (;;) {
    const killing = [...agents].map(([name, { child }]) => `${name}: kill -KILL -- -${child.pid}`);
    stage.say(
      `${runs} runs the account. Press Enter, and ${runs} is lost with everything on it; or lose one yourself:`,
      ...killing,
    );
    const lost = await stage.wait(
      Promise.race([
        keyPress().then(() => holder('ready', MACHINES)),
        ...[...agents].map(([name, { ended }]) => ended.then(() => name)),
        server.part.ended.then(gone),
        door.gateway.ended.then(gone),
      ]),
    );
    const atMs = performance.now();
    killMachine(agents.get(lost), within(lost));
    stage.say(`${lost} is lost`);
    runs = await holder('ready', [otherThan(lost)]);
    const seconds = Math.round((performance.now() - atMs) / 1_000);
    stage.say(`${runs} runs the account, ${seconds} s later; ${lost} starts again`);
    await shown('--fleet', '-a', ACCOUNT, 'send', `+${CONTACT}`, `Hello from ${runs}`);
    agents.set(lost, startMachine(stage, world, { name: lost, env }));
  }
}

const otherThan = (machine: Machine): Machine => (machine === 'm1' ? 'm2' : 'm1');

/** Never resolves without a terminal. */
function keyPress(): Promise<unknown> {
  if (!process.stdin.isTTY) return new Promise(() => undefined);
  process.stdin.resume();
  return once(process.stdin, 'data');
}

async function startNats(stage: Stage, within: TrialWorld['within']): Promise<{ part: Part; url: string }> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await once(probe.close(), 'close');
  stage.say('starting a NATS server and two machines');
  const args = [
    '-a',
    '127.0.0.1',
    '-p',
    String(port),
    '-js',
    '-sd',
    within('nats'),
    '-l',
    within('nats.log'),
  ];
  const part = stage.start('nats-server', args, {
    ...{ program: 'nats-server', stdout: 'pipe', signal: 'SIGTERM', endMs: 5_000 },
  });
  await stage.listening(port, part);
  return { part, url: `nats://127.0.0.1:${port}` };
}

type Env = Readonly<Record<string, string | undefined>>;

/** A machine: directories of its own, and an agent that starts the daemons. */
function startMachine(
  stage: Stage,
  { within }: TrialWorld,
  { name, env }: { readonly name: Machine; readonly env: Env },
): Part {
  const own = (kind: string): string => join(within(name), kind);
  return stage.start('wad-agent', [AGENT], {
    ...{ stdout: openSync(within(`${name}.log`), 'a', 0o600), signal: 'SIGTERM', endMs: AGENT_END_MS },
    env: {
      ...{ ...env, WAD_FLEET_MACHINE: name, XDG_RUNTIME_DIR: own('run') },
      ...{ XDG_STATE_HOME: own('state'), XDG_CONFIG_HOME: own('config'), XDG_CACHE_HOME: own('cache') },
    },
  });
}

/** Kills everything of a machine: the agent with its daemons, and their browsers, which have groups of their own. */
function killMachine(agent: Part | undefined, directory: string): void {
  kill(-(agent?.child.pid ?? 0));
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${directory}/`)) kill(Number(pid));
    } catch {
      // It has ended.
    }
  }
}

function kill(pid: number): void {
  try {
    if (pid !== 0) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** The gateway, and what is seen through it. */
async function openDoor(stage: Stage, { within }: TrialWorld, env: Env) {
  const runtime = stage.subdirectory('run');
  const own = { ...env, XDG_RUNTIME_DIR: runtime };
  const gateway = stage.start('wad-gateway', [GATEWAY], {
    ...{ stdout: openSync(within('gateway.log'), 'w', 0o600), signal: 'SIGTERM', endMs: 10_000 },
    env: { ...own, WAD_GATEWAY_LISTEN: '127.0.0.1:0' },
  });
  const control = join(runtime, 'wad-gateway/control.sock');
  await stage.listening(control, gateway);
  const to = { name: 'wactl', env: { ...own, WAD_GATEWAY_SOCKET: control } };
  const create = ['token', 'create', '--name', 'trial', '--scope', 'admin', '--account', ACCOUNT];
  const token = (await stage.ask(to, [WACTL, ...create])).trim();
  const { listen } = JSON.parse(await stage.ask(to, [WACTL, '-o', 'json', 'gateway'])) as { listen: string };

  /** Waits until the account is in this state on one of these machines, which it returns. */
  const holder = async (state: string, machines: readonly Machine[]): Promise<Machine> => {
    const untilMs = performance.now() + WITHIN_MS;
    while (performance.now() < untilMs) {
      const headers = { Authorization: `Bearer ${token}` };
      const answer = await stage.wait(fetch(`${listen}/api/accounts`, { headers }));
      const { accounts } = (await answer.json()) as Accounts;
      const status = accounts[0]?.status;
      const machine = machines.find((name) => name === status?.fleet?.holder);
      if (status?.status === state && machine !== undefined) return machine;
      await stage.pause(LOOK_MS);
    }
    throw new Error(`the account is not ${state} on ${machines.join(' or ')} after ${WITHIN_MS / 1_000} s`);
  };
  return { gateway, to, token, listen, holder };
}

interface Accounts {
  readonly accounts: readonly {
    readonly status: { readonly status: string; readonly fleet: { readonly holder: string } | null } | null;
  }[];
}

const gone = (how: string): never => {
  throw new Error(how);
};

function endOf(file: string): string {
  return `the end of ${file}:\n${readFileSync(file, 'utf8').split('\n').slice(-11).join('\n')}`;
}
