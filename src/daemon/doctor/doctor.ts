// `wad --doctor`: checks the machine and says what to do about each problem. Runs the checks of the table in
// order and prints them; it does not know what a check examines. Changes nothing on this machine.
import { basename, dirname } from 'node:path';
import { findBrowser } from '../../config/browser.js';
import { ConfigError } from '../../config/error.js';
import type { Config } from '../../config/keys.js';
import { type Loaded, type LoadFrom, loadConfig } from '../../config/load.js';
import { oldState } from '../../config/old-state.js';
import { paths } from '../../config/paths.js';
import { type Address, addressed, addressOf } from '../../protocol/address.js';
import { printableIn, printableJson } from '../../protocol/printable.js';
import { layout } from '../../session-dir/layout.js';
import { serverAddress, serverPath } from '../../socket/path.js';
import type { Flags } from '../flags.js';
import { browser, launch, sandbox } from './chromium.js';
import { configuration } from './configuration.js';
import { sessionDirectory, stateDirectory } from './directories.js';
import { type About, type Check, type Finding, fail } from './finding.js';
import { clock, disk, limits } from './machine.js';
import { media } from './media.js';
import { lock, socket } from './occupancy.js';
import { page } from './page.js';
import { node, packages } from './program.js';
import { proxy } from './proxy.js';
import { askRunning, type Running } from './running.js';

/** In this order: a cause comes before its consequences. */
const CHECKS: readonly Check[] = [
  node,
  packages,
  configuration,
  stateDirectory,
  sessionDirectory,
  disk,
  media,
  limits,
  clock,
  lock,
  socket,
  proxy,
  page,
  browser,
  sandbox,
  launch,
];

export interface Report {
  readonly ok: boolean;
  readonly checks: readonly ({ readonly name: string } & Finding)[];
}

export interface DoctorFrom {
  readonly flags: Pick<Flags, 'account' | 'config' | 'stateDir' | 'keys' | 'network'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  readonly home: string;
  readonly cwd: string;
  readonly nowMs: number;
  readonly tryBrowser: About['tryBrowser'];
}

/** Gathers the facts, also with a configuration that cannot be used, and runs every check. */
export async function examine(from: DoctorFrom): Promise<Report> {
  const here = gather(from, null);
  const running = await askRunning({
    account: here.account,
    env: here.env,
    uid: here.uid,
    explicit: here.config.socket.path ?? undefined,
  });
  return check(running === null ? here : gather(from, running));
}

/** Runs every check; one that throws is a finding too. The launch of the browser bounds its time. */
export async function check(about: About): Promise<Report> {
  const checks: ({ readonly name: string } & Finding)[] = [];
  const to = addressIn(about);
  for (const { name, run } of CHECKS) {
    try {
      const { remedy, ...found } = await run(about);
      checks.push({ name, ...found, remedy: remedy && addressed(remedy, to) });
    } catch (error) {
      checks.push({ name, ...fail(`could not be checked: ${(error as Error).message}`) });
    }
  }
  return { ok: checks.every(({ status }) => status !== 'fail'), checks };
}

/** Remedies address the daemon that was examined. */
function addressIn({ account, config, env, uid }: About): Address {
  const around = { account, explicit: config.socket.path ?? undefined, env, uid };
  try {
    return serverAddress(serverPath(around), around);
  } catch {
    return addressOf({ account }); // no daemon can listen there; the check of the socket reports that
  }
}

/**
 * With a configuration that cannot be used, the other checks use the defaults. A running daemon is asked for
 * its paths and browser: it may have been started with other flags, files and environment.
 */
function gather(
  { flags, env, uid, home, cwd, nowMs, tryBrowser }: DoctorFrom,
  running: Running | null,
): About {
  const account = running?.info.account ?? flags.account;
  const stateDir = running?.info.stateDir ?? flags.stateDir ?? oldState(env);
  const where = {
    ...paths({ account, env, uid, home, cwd, stateDir }),
    ...(running && { configFiles: running.info.configFiles }),
  };
  const from: LoadFrom = {
    account,
    stateDir: where.stateDir,
    configFiles: where.configFiles,
    configFile: running === null ? flags.config : undefined,
    env,
    flags: flags.keys,
    cwd,
    home,
  };
  let loaded: Loaded | ConfigError;
  try {
    loaded = loadConfig(from);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    loaded = error;
  }
  const { config: written } =
    loaded instanceof ConfigError
      ? loadConfig({ ...from, configFiles: [], configFile: undefined, env: {}, flags: {} })
      : loaded;
  const config = running === null ? written : inUse(written, running);
  return {
    account,
    uid,
    env,
    nowMs,
    paths: where,
    loaded,
    config,
    dir: layout(config.session.dataPath, config.session.clientId),
    browser: findBrowser({ browser: config.browser, env, home }),
    network: flags.network,
    running,
    tryBrowser,
  };
}

/** The configuration of the running daemon, as far as it reports it. */
function inUse(config: Config, { info }: Running): Config {
  const { profileDir, browser } = info;
  return {
    ...config,
    session: { dataPath: dirname(profileDir), clientId: basename(profileDir).replace(/^session-/, '') },
    browser: { ...config.browser, path: browser.path ?? config.browser.path, sandbox: browser.sandbox },
  };
}

/** For people: one line per check, with the command that helps below it. For programs: the report as JSON. */
export function renderReport(report: Report, form: 'text' | 'json'): string {
  if (form === 'json') return `${printableJson(report)}\n`;
  // A finding quotes pages, browsers and paths.
  const checks = printableIn(report.checks);
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, status, says, remedy }) => [
    `${status.padEnd(4)}  ${name.padEnd(width)}  ${says}`,
    ...(remedy === null ? [] : [`${' '.repeat(width + 8)}→ ${remedy}`]),
  ]);
  return `${lines.join('\n')}\n`;
}
