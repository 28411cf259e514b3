// Chooses the directories of state, sockets and configuration: those that systemd passes, else those of the XDG rules.
// Pure: the environment is an argument, and nothing is created or checked on disk.
import { isAbsolute, join, resolve } from 'node:path';

export interface PathsFrom {
  readonly account: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  readonly home: string;
  readonly cwd: string;
  /** `--state-dir`; wins over everything else. */
  readonly stateDir?: string | undefined;
}

export interface Paths {
  /** Started by the system's service manager: configuration from /etc/wad, sockets below /run/wad. */
  readonly system: boolean;
  /** Outbox, journal and, unless configured otherwise, the profiles. Mode 0700. */
  readonly stateDir: string;
  /** The directory of the socket, unless one is given. */
  readonly runtimeDir: string;
  /** In the order in which they are read; a later one wins, and none has to exist. */
  readonly configFiles: readonly string[];
}

const inside = (path: string, dir: string): boolean => path === dir || path.startsWith(`${dir}/`);

/** systemd passes several directories separated by colons; the first is the unit's own. */
const first = (list: string | undefined): string | undefined => list?.split(':')[0] || undefined;

/** The XDG rules: a relative path in such a variable is to be ignored. */
const xdg = (value: string | undefined, otherwise: string): string =>
  value !== undefined && isAbsolute(value) ? resolve(value) : otherwise;

/** Settles every directory for one account. */
export function paths({ account, env, uid, home, cwd, stateDir }: PathsFrom): Paths {
  const stateHome = xdg(env.XDG_STATE_HOME, join(home, '.local/state'));
  const configHome = xdg(env.XDG_CONFIG_HOME, join(home, '.config'));
  const given = first(env.STATE_DIRECTORY);
  // A user's own service manager sets STATE_DIRECTORY as well, to a place in that user's home.
  const system = given !== undefined && !inside(given, stateHome) && !inside(given, configHome);
  const configDir = system ? '/etc/wad' : join(configHome, 'wad');
  const runtimeHome = env.XDG_RUNTIME_DIR;
  return {
    system,
    stateDir: stateDir !== undefined ? resolve(cwd, stateDir) : (given ?? join(stateHome, 'wad', account)),
    runtimeDir: system
      ? (first(env.RUNTIME_DIRECTORY) ?? join('/run/wad', account))
      : runtimeHome !== undefined && isAbsolute(runtimeHome)
        ? join(runtimeHome, 'wad', account)
        : join(`/tmp/wad-${uid}`, account),
    // The account named "wad" would read the common file twice; the second time changes nothing.
    configFiles: [...new Set([join(configDir, 'wad.toml'), join(configDir, `${account}.toml`)])],
  };
}
