// Plays examples/fleet-upgrade.sh on the machines of a FleetWorld: an upgrade is the end of the agent, and its start with other
// variables.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FleetWorld } from './fleet-world.js';
import { WACTL } from './wactl.js';

const SCRIPT = fileURLToPath(new URL('../../../examples/fleet-upgrade.sh', import.meta.url));

export interface Upgrade {
  readonly status: number | null;
  readonly stderr: string;
  /** The machines that were upgraded, in order. */
  readonly upgraded: readonly string[];
}

export interface UpgradeOptions {
  readonly canary: string;
  readonly machines: readonly string[];
  /** Variables with which each machine's agent starts again. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long the canary may take. */
  readonly waitSeconds?: number;
}

/** Runs the script. */
export async function upgrade(
  world: FleetWorld,
  { canary, machines, env = {}, waitSeconds = 120 }: UpgradeOptions,
): Promise<Upgrade> {
  const upgraded: string[] = [];
  // The script's command asks this process, which has started the agents.
  const door = createServer(async (request, response) => {
    const name = (request.url ?? '').slice(1);
    upgraded.push(name);
    const machine = world.machine(name);
    const status = await machine.stop();
    machine.start(env);
    response.writeHead(status === 0 ? 200 : 500).end();
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  const { port } = door.address() as AddressInfo;
  const bin = await mkdtemp(join(tmpdir(), 'wad-upgrade-'));
  try {
    const program = (name: string, line: string) =>
      writeFile(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    await program('wactl', `exec ${process.execPath} ${WACTL} "$@"`);
    await program('upgrade-one', `exec curl -sf "http://127.0.0.1:${port}/$1"`);
    const { env: own } = world.machine(machines[0] ?? '');
    const child = spawn(SCRIPT, [join(bin, 'upgrade-one'), canary, ...machines], {
      env: { ...own, PATH: `${bin}:${own.PATH}`, WAIT_SECONDS: String(waitSeconds) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, stderr, upgraded };
  } finally {
    door.close();
    await rm(bin, { recursive: true, force: true });
  }
}
