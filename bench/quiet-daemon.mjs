// Starts a daemon without an account, for benches that measure only its socket and its disk.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Resolves when the daemon listens. The caller ends it.
 * @param home the directory for its configuration, state and, unless `socket` is given, its socket
 */
export async function startDaemon(home, toml = '', { account, socket = join(home, 's') } = {}) {
  const wad = fileURLToPath(new URL('../dist/wad.cjs', import.meta.url));
  const config = join(home, 'wad.toml');
  writeFileSync(config, toml);
  const flags = [
    ...['--config', config, '--state-dir', join(home, 'state'), '--socket', socket],
    ...['--no-auto-init', '--browser', '/bin/false'],
    ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
    ...(account === undefined ? [] : ['--account', account]),
  ];
  const stdio = ['ignore', 'pipe', 'inherit'];
  const child = spawn(process.execPath, [wad, ...flags], { cwd: home, stdio });
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false }))
    if (chunk.includes('daemon.listening')) break;
  child.stdout.resume();
  return { child, socket };
}
