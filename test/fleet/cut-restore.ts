// A process that restores a profile and kills itself before its n-th change of a name on the disk. Started by a test, with the
// parameters as JSON.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../src/config/keys.js';

export interface CutRestore {
  readonly config: Config;
  readonly account: string;
  readonly stateDir: string;
  readonly dataPath: string;
  readonly epoch: number;
  readonly stopAt: number;
}

const SELF = fileURLToPath(import.meta.url);

/** @returns whether it ended by itself, and the change before which it was killed */
export async function cutRestore(options: CutRestore): Promise<{ ended: boolean; step: string }> {
  const child = spawn(process.execPath, [SELF, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`the restore ended with ${code}`);
  return { ended: code === 0, step: text.trim().split('\n').at(-1) ?? '' };
}

async function main({ config, account, stateDir, dataPath, epoch, stopAt }: CutRestore): Promise<void> {
  const [
    { writeSync },
    { restoreProfile },
    { connectFleet },
    { openObjects },
    { openProfileStore },
    { layout },
  ] = await Promise.all([
    import('node:fs'),
    import('../../src/daemon/fleet/restore.js'),
    import('../../src/fleet/connection.js'),
    import('../../src/fleet/objects.js'),
    import('../../src/fleet/profile-store.js'),
    import('../../src/session-dir/layout.js'),
  ]);
  const quiet = () => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  let count = 0;
  for (const name of ['rename', 'rm', 'mkdir'] as const) {
    const original = fs[name] as (...args: unknown[]) => Promise<unknown>;
    (fs as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
      count += 1;
      writeSync(1, `${count}: ${name} ${String(args[0]).slice(stateDir.length)}\n`);
      if (count === stopAt) process.kill(process.pid, 'SIGKILL');
      return original(...args);
    };
  }
  syncBuiltinESMExports();
  const connection = await connectFleet(config.fleet, { name: 'cut', log });
  const { profiles: objects } = await openObjects(connection, config.fleet);
  const profiles = openProfileStore(connection, objects);
  const browserVersion = async () => null;
  const disk = { dir: layout(dataPath, 'default'), stateDir };
  await restoreProfile({ ...disk, config, account, profiles, epoch, browserVersion, log });
  await connection.nats.close();
}

if (process.argv[1] === SELF) await main(JSON.parse(process.argv[2] ?? '{}') as CutRestore);
