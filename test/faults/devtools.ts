// Controls the browser through its debugging port: closes and crashes its page, fills its memory. The daemon
// uses a pipe of its own and does not notice this connection.
import { readFileSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { Home } from '../harness/home.js';

/** Makes the browser open the port, from its next start on. */
export async function openPort(home: Home): Promise<void> {
  const script = await readFile(home.browser, 'utf8');
  await writeFile(home.browser, script.trimEnd());
  await appendFile(home.browser, ' --remote-debugging-port=0\n');
}

interface Target {
  readonly id: string;
  readonly type: string;
  readonly webSocketDebuggerUrl: string;
}

const base = (home: Home): string => {
  const [port] = readFileSync(join(home.profile, 'DevToolsActivePort'), 'utf8').split('\n');
  return `http://127.0.0.1:${port}/json`;
};

async function page(home: Home): Promise<Target> {
  const targets = (await (await fetch(`${base(home)}/list`)).json()) as Target[];
  const found = targets.find(({ type }) => type === 'page');
  if (found === undefined) throw new Error('the browser has no page');
  return found;
}

export async function closePage(home: Home): Promise<void> {
  await fetch(`${base(home)}/close/${(await page(home)).id}`);
}

/** Sends one command to the page. Resolves when it is answered, or when the connection is cut. */
export async function command(home: Home, method: string, params = {}): Promise<void> {
  const line = new WebSocket((await page(home)).webSocketDebuggerUrl);
  try {
    await new Promise<void>((resolve, reject) => {
      line.once('open', () => line.send(JSON.stringify({ id: 1, method, params })));
      line.once('close', () => resolve());
      line.once('error', reject);
      line.on('message', (data) => {
        const { id, method: event } = JSON.parse(String(data)) as { id?: number; method?: string };
        if (id === 1 || event === 'Inspector.targetCrashed') resolve();
      });
    });
  } finally {
    line.terminate();
  }
}
