// Determines and checks everything that an agent is started with, before anything is opened.
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { type Loaded, loadConfig } from '../config/load.js';
import type { ProgramFlags } from '../local/program-flags.js';
import { Fault } from '../protocol/fault.js';
import type { Program } from './child-units.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface AgentSettings extends Loaded {
  /** Where the configurations of the accounts are written. */
  readonly accountsDir: string;
  /** The daemon of an account, for `run = "children"`. @param wad the path of the program */
  programOf(account: string, wad: string): Program;
}

/** @throws ConfigError */
export function settle(flags: ProgramFlags, env: Env): AgentSettings {
  const home = homedir();
  const cwd = process.cwd();
  const uid = process.getuid?.() ?? 0;
  const absolute = (path: string | undefined): string | undefined =>
    path !== undefined && isAbsolute(path) ? resolve(path) : undefined;
  const first = (list: string | undefined): string | undefined => list?.split(':')[0] || undefined;
  const configHome = absolute(env.XDG_CONFIG_HOME) ?? join(home, '.config');
  const runtimeHome = absolute(env.XDG_RUNTIME_DIR);
  const ownRuntime = runtimeHome === undefined ? `/tmp/wad-${uid}` : join(runtimeHome, 'wad');
  const state = first(env.STATE_DIRECTORY);
  const runtime = first(env.RUNTIME_DIRECTORY);
  const isSystem = state !== undefined || runtime !== undefined;
  const usual = isSystem ? '/etc/wad/wad.toml' : join(configHome, 'wad/wad.toml');
  const { config: configFile } = flags;
  const loaded = loadConfig({
    ...{
      account: 'default',
      stateDir: state ?? '/var/lib/wad',
      configFiles: [usual],
      configFile,
      env,
      cwd,
      home,
    },
  });
  const accountsDir =
    loaded.config.agent.run === 'systemd'
      ? (runtime ?? '/run/wad-agent')
      : // Beside the directories of the accounts, none of which has such a name.
        join(runtime ?? (isSystem ? '/run/wad' : ownRuntime), '.fleet');
  return {
    ...loaded,
    accountsDir,
    programOf: (account, wad) => ({
      command: [
        ...([process.execPath, wad, '--account', account] as const),
        ...(configFile === undefined ? [] : ['--config', resolve(cwd, configFile)]),
      ],
      env: {
        ...withoutOwn(env),
        WAD_ACCOUNT_CONFIG: join(accountsDir, `${account}.toml`),
        // The agent's stops keep the link, whatever a file says.
        WAD_SHUTDOWN_ON_TERM: 'keep',
        ...(state !== undefined && { STATE_DIRECTORY: join(state, account) }),
        ...(isSystem && { RUNTIME_DIRECTORY: join(runtime ?? '/run/wad', account) }),
      },
    }),
  };
}

/** @throws Fault bad_config: there is no fleet, or its stops would unlink phones */
export function refuseUnfit({ config }: Loaded): void {
  const refuse = (reason: string): never => {
    throw new Fault('bad_config', { reason, hint: null });
  };
  if (config.fleet.servers.length === 0)
    refuse('fleet.servers: an agent needs the NATS servers of the fleet');
  if (config.agent.run === 'systemd' && config.shutdown.onTerm === 'logout')
    refuse('shutdown.onTerm: with "logout" each move of an account would unlink its phone');
}

/** Variables that name one account, which a container sets for the daemon alone. */
const OF_ONE: readonly string[] = ['WAD_ACCOUNT', 'WAD_SOCKET', 'WAD_SOCKET_PATH', 'WAD_SESSION_DATA_PATH'];

const withoutOwn = (env: Env): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !OF_ONE.includes(name)));
