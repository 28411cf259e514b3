// `wad --canary`: checks today's WhatsApp Web without an account, prints what it lacks, and ends. Takes no
// lock and touches no session.
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromeOptions, findBrowser } from '../../config/browser.js';
import type { Log } from '../../protocol/log.js';
import { printableIn, printableJson } from '../../protocol/printable.js';
import { openForwarder } from '../../proxy/forwarder.js';
import { proxySwitches } from '../../proxy/switches.js';
import { proxyName, readUpstream } from '../../proxy/upstream.js';
import { type Canary, lookAtPage } from '../../whatsapp/canary.js';
import type { Settings } from '../settings.js';
import { Ending } from './ending.js';

const TIMEOUT_MS = 60_000;

const QUIET: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** @returns 0 when nothing is missing, else 1; of a signal that has ended it 128 and its number, and then nothing is printed */
export async function runCanary(settings: Settings, output: 'text' | 'json'): Promise<number> {
  const ending = new Ending();
  try {
    return await checked(settings, output, ending);
  } finally {
    ending.stop();
  }
}

async function checked({ config }: Settings, output: 'text' | 'json', ending: Ending): Promise<number> {
  const browser = findBrowser({ browser: config.browser, env: process.env, home: homedir() });
  if (!browser.found) {
    print({ ...NOTHING, says: browser.says }, output);
    return 1;
  }
  const forwarder = proxyName(config.proxy) === null ? null : await openForwarder(readUpstream(config.proxy));
  const directory = await mkdtemp(join(tmpdir(), 'wad-canary-'));
  try {
    const plain = chromeOptions(browser.path, config.browser);
    const switches = forwarder === null ? [] : proxySwitches(forwarder.port);
    const chrome = { ...plain, args: [...plain.args, ...switches] };
    const canary = await lookAtPage({
      chrome,
      directory,
      timeoutMs: TIMEOUT_MS,
      signal: ending.signal,
      log: QUIET,
    });
    if (ending.status !== null) return ending.status;
    print(canary, output);
    return canary.ok ? 0 : 1;
  } finally {
    await forwarder?.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

const NOTHING: Canary = {
  ok: false,
  says: '',
  whatsappWeb: null,
  browser: null,
  qr: false,
  capabilities: {},
  pageErrors: [],
  ms: 0,
};

function print(canary: Canary, output: 'text' | 'json'): void {
  process.stdout.write(output === 'json' ? `${printableJson(canary)}\n` : renderCanary(canary));
}

/** One line for the result, then one for each capability. What the page says cannot end a line or control the terminal. */
export function renderCanary(canary: Canary): string {
  const { ok, says, capabilities, pageErrors } = printableIn(canary);
  const width = Math.max(0, ...Object.keys(capabilities).map((name) => name.length));
  const rows = Object.entries(capabilities).map(([name, word]) => `      ${name.padEnd(width)}  ${word}`);
  const errors = pageErrors.map(({ error, modules }) => `      page error: ${error} (${modules.join(', ')})`);
  return [`${ok ? 'ok  ' : 'fail'}  ${says}`, ...rows, ...errors, ''].join('\n');
}
