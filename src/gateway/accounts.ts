// Every account that can be reached, with a link to each. It looks for new accounts and for daemons that have started each second.
import type { Log } from '../protocol/log.js';
import { AccountLink } from './account-link.js';
import type { Way } from './way.js';
import { within } from './within.js';

export interface AccountsOptions {
  /** Finds the ways to all accounts, running or not; one to each. */
  readonly find: () => readonly Way[];
  readonly log: Log;
}

const LOOK_MS = 1_000;
/** The start does not wait longer for daemons that do not answer. */
const FIRST_MS = 3_000;

/** The caller closes it. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #links = new Map<string, AccountLink>();
  readonly #watchers = new Set<(link: AccountLink) => void>();
  readonly #followers = new Set<(link: AccountLink) => void>();
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
    await within(FIRST_MS, this.look());
    const again = (): void => {
      // A daemon that does not answer must not delay the look for others.
      void this.look();
      if (!this.#isClosed) this.#timer = setTimeout(again, LOOK_MS);
    };
    if (!this.#isClosed) this.#timer = setTimeout(again, LOOK_MS);
  }

  /** Calls the listener when an account is found, reached or lost. @returns detaches it */
  watch(listener: (link: AccountLink) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  /** Calls the listener when an account has more events, or its feed has ended. @returns detaches it */
  follow(listener: (link: AccountLink) => void): () => void {
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }

  /** Looks for accounts and daemons now. Never rejects. */
  async look(): Promise<void> {
    await this.#update();
    if (!this.#isClosed) await Promise.all([...this.#links.values()].map((link) => link.look()));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }

  /** Adds and removes links. Looks may overlap, so a link is in the map only while it is open. */
  async #update(): Promise<void> {
    const ways = new Map(this.#options.find().map((way) => [way.account, way]));
    for (const [name, way] of ways) {
      const known = this.#links.get(name);
      if (this.#isClosed) return;
      // A user's own daemon and the system's service have different sockets; the service may come later.
      if (known?.way.by === way.by && (known.isRunning || known.way.socket === way.socket)) continue;
      const link = new AccountLink(way, this.#options.log, {
        changed: (changed) => this.#report(changed),
        grew: (grown) => {
          for (const follower of this.#followers) follower(grown);
        },
      });
      this.#links.set(name, link);
      await known?.close();
      this.#report(link);
    }
    for (const [name, link] of this.#links) {
      if (ways.has(name) || link.isRunning) continue;
      this.#links.delete(name);
      await link.close();
    }
  }

  #report(link: AccountLink): void {
    for (const watcher of this.#watchers) watcher(link);
  }
}
