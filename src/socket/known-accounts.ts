// Finds the accounts of this machine by the directories and files that their daemons and their configuration leave,
// running or not. It reads names only: whether a daemon answers, client.ts finds out.
import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isAccountName } from '../protocol/names.js';
import { checkSafePath } from './safe-path.js';

export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  readonly home: string;
  /** Stands before the directories of the system; `/` when left out. */
  readonly root?: string;
}

/** A directory whose entries are named for accounts. */
interface Place {
  readonly path: string;
  /** `directory`: `NAME/`, `file`: `NAME.toml`. */
  readonly holds: 'directory' | 'file';
  /** Skipped when another user could have made it: in /tmp anybody can. */
  readonly checked?: boolean;
}

/** The file of a configuration that all accounts share. */
const COMMON = 'wad';

/** Sockets, configuration and state: of the system, then of the user. */
const places = ({ env, uid, home, root = '/' }: Machine): readonly Place[] => [
  { path: join(root, 'run/wad'), holds: 'directory', checked: true },
  {
    path: absolute(env.XDG_RUNTIME_DIR, 'wad') ?? `/tmp/wad-${uid}`,
    holds: 'directory',
    checked: true,
  },
  { path: join(root, 'etc/wad'), holds: 'file' },
  { path: join(root, 'var/lib/wad'), holds: 'directory' },
  { path: absolute(env.XDG_CONFIG_HOME, 'wad') ?? join(home, '.config/wad'), holds: 'file' },
  { path: absolute(env.XDG_STATE_HOME, 'wad') ?? join(home, '.local/state/wad'), holds: 'directory' },
];

/** Names of all accounts that this user may see, in order, whether they run or not. */
export function knownAccounts(machine: Machine): string[] {
  const names = places(machine).flatMap((place) => {
    const found = entries(place, machine.uid);
    if (place.holds === 'directory')
      return found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return found
      .flatMap(({ name }) => /^(.+)\.toml$/.exec(name)?.[1] ?? [])
      .filter((name) => name !== COMMON);
  });
  return [...new Set(names)].filter(isAccountName).sort();
}

function entries({ path, checked }: Place, uid: number): Dirent[] {
  try {
    if (checked) checkSafePath({ path, explicit: false }, { uid });
    return readdirSync(path, { withFileTypes: true });
  } catch {
    // Not there, closed to this user, or somebody else's.
    return [];
  }
}

/** XDG says that a relative path is to be ignored. */
const absolute = (directory: string | undefined, below: string): string | undefined =>
  directory?.startsWith('/') ? join(directory, below) : undefined;
