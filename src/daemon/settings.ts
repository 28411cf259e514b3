// Determines and checks everything that a daemon is started with, before anything is changed.
import { homedir } from 'node:os';
import { type Loaded, loadConfig } from '../config/load.js';
import { oldState } from '../config/old-state.js';
import { type Paths, paths } from '../config/paths.js';
import type { Address } from '../protocol/address.js';
import { Fault } from '../protocol/fault.js';
import { layout, type SessionDir } from '../session-dir/layout.js';
import { type ServerPath, serverAddress, serverPath } from '../socket/path.js';
import type { Flags } from './flags.js';

export interface Settings extends Loaded {
  readonly account: string;
  readonly paths: Paths;
  readonly socket: ServerPath;
  /** The address at which wactl reaches this daemon; for hints. */
  readonly address: Address;
  readonly dir: SessionDir;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * @throws ConfigError, Fault usage for a socket path that does not fit,
 * permission_denied: see config/old-state.ts
 */
export function settle(flags: Flags, env: Env): Settings {
  const { account, stateDir, config: configFile, keys } = flags;
  const uid = process.getuid?.() ?? 0;
  const around = { account, env, uid, home: homedir(), cwd: process.cwd() };
  const where = paths({ ...around, stateDir: stateDir ?? oldState(env) });
  const loaded = loadConfig({
    ...around,
    stateDir: where.stateDir,
    configFiles: where.configFiles,
    configFile,
    fleetFile: where.fleetFile,
    flags: keys,
  });
  const { config } = loaded;
  const at = { account, explicit: config.socket.path ?? undefined, env, uid };
  const socket = serverPath(at);
  return {
    ...loaded,
    account,
    paths: where,
    socket,
    address: serverAddress(socket, at),
    dir: layout(config.session.dataPath, config.session.clientId),
  };
}

/** The file for this account's own settings: `--config`, else ACCOUNT.toml, which need not exist. */
export function ownFile({ files, paths: { configFiles } }: Settings): string {
  const chosen = files.find((file) => !configFiles.includes(file));
  return chosen ?? configFiles.at(-1) ?? '';
}

/** Chromium's sandbox refuses root. Root without a sandbox must be requested explicitly (H29). */
export function refuseRoot({ config }: Settings): void {
  if (process.getuid?.() !== 0 || !config.browser.sandbox) return;
  throw new Fault('bad_config', {
    reason:
      "wad does not run as root: Chromium's sandbox refuses it. Run it as a user of its own, or with --no-sandbox.",
    hint: null,
  });
}
