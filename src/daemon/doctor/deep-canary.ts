// `wad --canary --deep`: links today's WhatsApp Web to a WhatsApp server in this process and tries it, without an account.
// The server and the steps are a bundle of their own, loaded only here. Takes no lock and touches no session.
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildEntry } from '../../canary/builds.js';
import type { CanaryFailed, DeepReport } from '../../canary/report.js';
import { chromeOptions, findBrowser } from '../../config/browser.js';
import { Fault } from '../../protocol/fault.js';
import { printable, printableJson } from '../../protocol/printable.js';
import { type Forwarder, openForwarder } from '../../proxy/forwarder.js';
import { proxySwitches } from '../../proxy/switches.js';
import { proxyName, readUpstream } from '../../proxy/upstream.js';
import { ALL_NEEDS } from '../../whatsapp/capabilities/needs.js';
import { createClient } from '../../whatsapp/client.js';
import type { DeepFiles } from '../flags.js';
import type { Settings } from '../settings.js';
import { WAD_VERSION } from '../version.js';
import { type Builds, openFiles, writeFiles } from './deep-files.js';
import { Ending } from './ending.js';

/** Printed before it begins. */
export const ABOUT = `The deep canary loads today's WhatsApp Web from WhatsApp, as a browser does, on a temporary profile.
Its chat connection goes to a WhatsApp server in this process, to which a made-up phone links it; then
wad receives, sends, reacts, edits, deletes, forwards and makes a group, and is logged out.
It uses no account, no session and no phone. WhatsApp gets the page's own downloads: the page opens no socket
to it, and what the page would send or report is kept back. Its workers are not filtered.
It replaces one function of the page, which checks that the server is WhatsApp's. It takes some minutes.
`;

/** Needs that are modules, or members of modules; the others are proofs. */
const RELIED = ALL_NEEDS.filter((need) => /^WA\w+(?:\.\w+)?$/.test(need));

/**
 * @returns the exit status. A wait of a step that was given up may keep the process alive, so the caller ends it
 */
export async function runDeepCanary(
  settings: Settings,
  files: DeepFiles,
  output: 'text' | 'json',
): Promise<number> {
  const { DEEP_EXIT, exitOfDeep, isFailed, renderDeep, NO_BROWSER } = await import('../../canary/index.js');
  const ending = new Ending();
  process.stderr.write(ABOUT);
  let builds: Builds = { kept: { builds: [] }, known: { builds: [] } };
  let result: DeepReport | CanaryFailed;
  try {
    builds = await openFiles(files);
    result = await tried(settings, ending.signal);
  } catch (error) {
    // Also a Fault, of the proxy's password file: files that were asked for must not keep an older result.
    const hint = error instanceof Fault && error.hint !== null ? `; try: ${error.hint}` : '';
    result = NO_BROWSER(`${(error as Error).message}${hint}`);
  }
  if (isFailed(result) && ending.status !== null) return ending.status;
  let entry: BuildEntry | null = null;
  if (!isFailed(result)) ({ report: result, entry } = await compared(result, builds));
  process.stdout.write(output === 'json' ? `${printableJson(result)}\n` : renderDeep(result));
  const troubles = await writeFiles(files, { result, entry, kept: builds.kept });
  for (const trouble of troubles) process.stderr.write(`wad: ${printable(trouble)}\n`);
  const status = exitOfDeep(result);
  return troubles.length > 0 && status === DEEP_EXIT.works ? DEEP_EXIT.failed : status;
}

/** @throws Fault; Error, one sentence: it cannot be tried on this machine */
async function tried({ config }: Settings, signal: AbortSignal): Promise<DeepReport | CanaryFailed> {
  const { runDeep, refusedSwitch } = await import('../../canary/index.js');
  const browser = findBrowser({ browser: config.browser, env: process.env, home: homedir() });
  if (!browser.found) throw new Error(browser.says);
  const refused = refusedSwitch(config.browser.args);
  if (refused !== null) throw new Error(refused);
  const directory = await mkdtemp(join(tmpdir(), 'wad-canary-'));
  let forwarder: Forwarder | null = null;
  try {
    if (proxyName(config.proxy) !== null) forwarder = await openForwarder(readUpstream(config.proxy));
    const chrome = chromeOptions(browser.path, config.browser);
    const own = [...chrome.args, ...(forwarder === null ? [] : proxySwitches(forwarder.port))];
    return await runDeep({
      directory,
      switches: own,
      env: process.env,
      signal,
      relied: RELIED,
      wad: WAD_VERSION,
      loadMs: config.deadlines.loadMs,
      progress: ({ step, result }) => {
        if (process.stderr.isTTY) process.stderr.write(`  ${result.padEnd(7)}  ${step}\n`);
      },
      makeClient: ({ listener, switches, directory: dataPath, ...options }) =>
        createClient(
          {
            ...options,
            dataPath,
            clientId: 'canary',
            chrome: { ...chrome, args: [...own, ...switches] },
            expectsSession: false,
            presence: { online: false, sendMarksRead: false },
          },
          listener,
        ),
    });
  } finally {
    await forwarder?.close().catch(() => undefined);
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(
      (error: Error) => process.stderr.write(`wad: ${directory} was not removed: ${error.message}\n`),
    );
  }
}

/** Compares with the newest entry that is known. @returns also the entry of this build */
async function compared(
  report: DeepReport,
  { known }: Builds,
): Promise<{ report: DeepReport; entry: BuildEntry | null }> {
  const { changesBetween, entryOf, newest, withChanges } = await import('../../canary/index.js');
  const entry = entryOf(report, new Date().toISOString().slice(0, 10));
  const old = entry === null ? undefined : newest(known);
  if (entry === null || old === undefined) return { report, entry };
  return { report: withChanges(report, changesBetween(old, entry)), entry };
}
