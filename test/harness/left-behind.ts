// Finds processes, locks, sockets, output and files that should not exist after a clean stop.
import { existsSync, readdirSync } from 'node:fs';
import { pause } from './eventually.js';
import type { Wad } from './wad.js';

/** Returns what is wrong: empty when only the saved session is left (`kept`), or not even that (`gone`). */
export async function leftBehind(wad: Wad, profile: 'kept' | 'gone'): Promise<string[]> {
  const { home } = wad;
  const wrong: string[] = [];
  const { code, signal: by } = await wad.exited;
  if (code !== 0) wrong.push(`exit status ${code ?? by}`);
  // The kernel may still be ending the children of a browser that has just exited.
  let processes = await home.processes();
  for (const until = performance.now() + 3_000; processes.length > 0 && performance.now() < until; ) {
    await pause();
    processes = await home.processes();
  }
  for (const one of processes) wrong.push(`process ${one.pid}: ${one.command.slice(0, 200)}`);
  for (const path of [home.lock, home.lockOwner, home.socket, `${home.lock}.claim`])
    if (existsSync(path)) wrong.push(`${path} still exists`);
  if (wad.stderr !== '') wrong.push(`stderr: ${wad.stderr.slice(0, 500)}`);
  for (const line of wad.strayLines) wrong.push(`stdout: ${line.slice(0, 200)}`);
  for (const { event, ...more } of wad.log)
    if (/unhandledRejection|uncaughtException|effect-failed|bad_result|unlisted_fault/.test(event))
      wrong.push(`${event} ${JSON.stringify(more).slice(0, 500)}`);
  for (const name of readdirSync(home.cwd)) wrong.push(`${name} in the working directory`);
  if (profile === 'kept') {
    if (home.exitType() !== 'Normal') wrong.push(`exit_type ${home.exitType()}`);
    for (const name of readdirSync(home.profile))
      if (name.startsWith('Singleton')) wrong.push(`${name} in the profile`);
  } else if (home.sessions().length > 0) wrong.push(`in the data path: ${home.sessions().join(', ')}`);
  return wrong;
}
