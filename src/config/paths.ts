// Chooses the directories of state, sockets and configuration: those that systemd passes, else those of the XDG rules.
// Nothing is created or checked on disk.
import { isAbsolute, join, resolve } from 'node:path';

export interface PathsFrom {
  readonly account: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  readonly home: string;
  readonly cwd: string;
  /** `--state-dir`; takes precedence over everything else. */
  readonly stateDir?: string | undefined;
}

export interface Paths {
  /** True when the system's service manager started wad: configuration from /etc/wad, sockets below /run/wad. */
  readonly system: boolean;
  /** Contains the store and, unless configured otherwise, the profiles. Mode 0700. */
  readonly stateDir: string;
  /** The directory of the socket, unless one is given. */
  readonly runtimeDir: string;
  /** Where the starting accounts of this user queue; shared by all of them. */
  readonly startsDir: string;
  /** In reading order: a later file takes precedence, and none needs to exist. */
  readonly configFiles: readonly string[];
  /** The account's configuration in the fleet, as wad-agent writes it; also one of `configFiles`. */
  readonly fleetFile: string | null;
}

const inside = (path: string, dir: string): boolean => path === dir || path.startsWith(`${dir}/`);

/** systemd passes several directories separated by colons; the first is the unit's own. */
const first = (list: string | undefined): string | undefined => list?.split(':')[0] || undefined;

/** The XDG rules require that a relative path is ignored. */
const xdg = (value: string | undefined, otherwise: string): string =>
  value !== undefined && isAbsolute(value) ? resolve(value) : otherwise;

/** The directories of one account. */
export function paths({ account, env, uid, home, cwd, stateDir }: PathsFrom): Paths {
  const stateHome = xdg(env.XDG_STATE_HOME, join(home, '.local/state'));
  const configHome = xdg(env.XDG_CONFIG_HOME, join(home, '.config'));
  const given = first(env.STATE_DIRECTORY);
  // A user's own service manager sets STATE_DIRECTORY, too, to a directory in that user's home.
  const system = given !== undefined && !inside(given, stateHome) && !inside(given, configHome);
  const configDir = system ? '/etc/wad' : join(configHome, 'wad');
  const runtimeHome = env.XDG_RUNTIME_DIR;
  const { WAD_ACCOUNT_CONFIG: ofFleet } = env;
  const fleetFile = ofFleet !== undefined && isAbsolute(ofFleet) ? ofFleet : null;
  const ownRuntime =
    runtimeHome !== undefined && isAbsolute(runtimeHome) ? join(runtimeHome, 'wad') : `/tmp/wad-${uid}`;
  return {
    system,
    stateDir: stateDir !== undefined ? resolve(cwd, stateDir) : (given ?? join(stateHome, 'wad', account)),
    runtimeDir: system
      ? (first(env.RUNTIME_DIRECTORY) ?? join('/run/wad', account))
      : join(ownRuntime, account),
    // No account can have the second name.
    startsDir: system ? '/run/wad-starts' : join(ownRuntime, '.starts'),
    fleetFile,
    // For an account named "wad" the first and the last are the same file. The machine's own file goes before the fleet's.
    configFiles: [
      ...new Set([
        join(configDir, 'wad.toml'),
        ...(fleetFile === null ? [] : [fleetFile]),
        join(configDir, `${account}.toml`),
      ]),
    ],
  };
}
