// `wad --canary --deep`: links today's WhatsApp Web to a WhatsApp server in this process and tries it, without an account.
// The server and the steps are a bundle of their own, loaded only here. Takes no lock and touches no session.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Archive } from '../../canary/builds.js';
import type { DeepReport } from '../../canary/report.js';
import { chromeOptions, findBrowser } from '../../config/browser.js';
import { PACKAGE } from '../../local/package.js';
import { openForwarder } from '../../proxy/forwarder.js';
import { proxySwitches } from '../../proxy/switches.js';
import { proxyName, readUpstream } from '../../proxy/upstream.js';
import { writeDurably } from '../../session-dir/durable-file.js';
import { ALL_NEEDS } from '../../whatsapp/capabilities/needs.js';
import { createClient } from '../../whatsapp/client.js';
import type { DeepFiles } from '../flags.js';
import type { Settings } from '../settings.js';
import { WAD_VERSION } from '../version.js';

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

/** @returns the exit status */
export async function runDeepCanary(
  settings: Settings,
  files: DeepFiles,
  output: 'text' | 'json',
): Promise<number> {
  const { config } = settings;
  const { exitOfDeep, isFailed, renderDeep, runDeep, deepMetrics, refusedSwitch, NO_BROWSER } = await import(
    '../../canary/index.js'
  );
  const browser = findBrowser({ browser: config.browser, env: process.env, home: homedir() });
  const refused = refusedSwitch(config.browser.args);
  process.stderr.write(ABOUT);
  let result: DeepReport | ReturnType<typeof NO_BROWSER>;
  if (!browser.found) result = NO_BROWSER(browser.says);
  else if (refused !== null) result = NO_BROWSER(refused);
  else {
    const forwarder =
      proxyName(config.proxy) === null ? null : await openForwarder(readUpstream(config.proxy));
    const directory = await mkdtemp(join(tmpdir(), 'wad-canary-'));
    try {
      const chrome = chromeOptions(browser.path, config.browser);
      const own = [...chrome.args, ...(forwarder === null ? [] : proxySwitches(forwarder.port))];
      result = await runDeep({
        directory,
        switches: own,
        env: process.env,
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
      await forwarder?.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  }
  if (!isFailed(result)) result = await compared(result, files.archive);
  if (files.report !== undefined) await writeDurably(files.report, `${JSON.stringify(result, null, 2)}\n`);
  if (files.textfile !== undefined) await writeTextfile(files.textfile, deepMetrics(result, Date.now()));
  process.stdout.write(output === 'json' ? `${JSON.stringify(result)}\n` : renderDeep(result));
  return exitOfDeep(result);
}

/** Compares with the newest other build of the archive, and notes this one. Without an archive: of the one that wad has. */
async function compared(report: DeepReport, file: string | undefined): Promise<DeepReport> {
  const { before, changesBetween, entryOf, renderArchive, withEntry } = await import('../../canary/index.js');
  const entry = entryOf(report, new Date().toISOString().slice(0, 10));
  if (entry === null) return report;
  const kept = file === undefined ? null : await readArchive(file);
  const known = kept ?? (await readArchive(join(PACKAGE, 'docs/builds.json'))) ?? { builds: [] };
  const old = before(known, entry.build);
  if (file !== undefined) await writeDurably(file, renderArchive(withEntry(kept ?? { builds: [] }, entry)));
  if (old === undefined) return report;
  return { ...report, changes: { since: old.build, what: changesBetween(old, entry) } };
}

/** @returns null when there is no such file. @throws Error for a file that is no archive */
async function readArchive(file: string): Promise<Archive | null> {
  const { parseArchive } = await import('../../canary/index.js');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return parseArchive(text);
}

/** node_exporter reads it at any time, as another user. */
const writeTextfile = (file: string, text: string): Promise<void> => writeDurably(file, text, 0o644);
