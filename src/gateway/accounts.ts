// Every account of this machine, with a link to each. It looks for new accounts and for daemons that have started each second.
import type { Log } from '../protocol/log.js';
import type { ClientPath } from '../socket/path.js';
import { AccountLink } from './account-link.js';

export interface AccountsOptions {
  /** Finds the names of all accounts, running or not. */
  readonly find: () => readonly string[];
  readonly pathOf: (name: string) => ClientPath;
  readonly log: Log;
}

const LOOK_MS = 1_000;

/** The caller closes it. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #links = new Map<string, AccountLink>();
  readonly #watchers = new Set<(link: AccountLink) => void>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** In the order of names. */
  get all(): readonly AccountLink[] {
    return [...this.#links.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): AccountLink | undefined {
    return this.#links.get(name);
  }

  /** Looks once, and from then on each second. */
  async begin(): Promise<void> {
    await this.#look();
    const again = async (): Promise<void> => {
      await this.#look();
      if (!this.#isClosed) this.#timer = setTimeout(again, LOOK_MS);
    };
    if (!this.#isClosed) this.#timer = setTimeout(again, LOOK_MS);
  }

  /** Calls the listener when an account is found, reached or lost. @returns detaches it */
  watch(listener: (link: AccountLink) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }

  async #look(): Promise<void> {
    const { find, pathOf, log } = this.#options;
    const names = new Set(find());
    for (const name of names) {
      const path = pathOf(name);
      const known = this.#links.get(name);
      // A user's own daemon and the system's service have different sockets; the service may come later.
      if (known !== undefined && (known.isRunning || known.socket === path.path)) continue;
      await known?.close();
      const link = new AccountLink(path, log, (changed) => this.#report(changed));
      this.#links.set(name, link);
      this.#report(link);
    }
    for (const [name, link] of this.#links) {
      if (names.has(name) || link.isRunning) continue;
      this.#links.delete(name);
      await link.close();
    }
    await Promise.all([...this.#links.values()].map((link) => link.look()));
  }

  #report(link: AccountLink): void {
    for (const watcher of this.#watchers) watcher(link);
  }
}
