// The configuration of each account that this machine has a daemon for, in a directory of the agent: NAME.toml, which the daemon
// reads after wad.toml and before its own file in /etc/wad (config/paths.ts). The file is there as long as the agent answers for
// the account, so a new agent knows by the files which units are its own. The group may read, nobody else.
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAccountName } from '../protocol/names.js';
import { configIdOf } from './view.js';

const HEAD = '# Written by wad-agent; change it with `wactl fleet add`.\n';

export class AccountFiles {
  readonly directory: string;

  /** Creates the directory. */
  constructor(directory: string) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o750);
  }

  path(account: string): string {
    return join(this.directory, `${account}.toml`);
  }

  write(account: string, config: string): void {
    const fresh = join(this.directory, `.${account}.new`);
    writeFileSync(fresh, HEAD + config, { mode: 0o640 });
    chmodSync(fresh, 0o640);
    renameSync(fresh, this.path(account));
  }

  remove(account: string): void {
    rmSync(this.path(account), { force: true });
  }

  /** Account → id of its configuration. */
  list(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const file of readdirSync(this.directory)) {
      const account = file.replace(/\.toml$/, '');
      if (account === file || !isAccountName(account)) continue;
      const text = readFileSync(join(this.directory, file), 'utf8');
      found.set(account, configIdOf(text.slice(HEAD.length)));
    }
    return found;
  }
}
