// Creates, checks and revokes the tokens of the gateway. A secret is shown once, when it is created; only its SHA-256 is
// kept. It has 256 random bits, so a slow hash would protect nothing more.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '../protocol/fault.js';
import { MAX_TOKENS, type Token } from '../protocol/gateway/token.js';
import type { Log } from '../protocol/log.js';
import type { Scope } from '../protocol/scope.js';
import { isoTime } from '../protocol/time.js';
import type { Caller } from './caller.js';
import { type StoredToken, TokenFile } from './token-file.js';

/** Use counts are written at most this often. A timer is also at most this long, because the clock may be set. */
const FLUSH_MS = 60_000;
const SECRET = /^wad_[\w-]{43}$/;

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export interface NewToken {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null: every account. */
  readonly accounts: readonly string[] | null;
  /** ISO 8601 in UTC, in the future. Null: never. */
  readonly expiresAt: string | null;
}

export interface TokenOptions {
  /** The directory of tokens.json. It is created when the first token is. */
  readonly stateDir: string;
  readonly log: Log;
  readonly now?: () => number;
  /** Default: a minute. */
  readonly flushMs?: number;
}

interface Entry {
  readonly name: string;
  readonly digest: Buffer;
  readonly scopes: Scope[];
  readonly accounts: string[] | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  uses: number;
  lastUsedAtMs: number | null;
  readonly caller: Caller;
  readonly end: AbortController;
}

/**
 * Opens the tokens of a state directory. The caller ensures that it is the only process that does, and closes them.
 * @throws Fault bad_config: tokens.json cannot be used, and why. permission_denied
 */
export function openTokens(options: TokenOptions): Tokens {
  return new Tokens(options);
}

export class Tokens {
  readonly #file: TokenFile;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #flushMs: number;
  /** In the order of their creation. A token that is being created is here, and not yet in `#byDigest`. */
  readonly #byName = new Map<string, Entry>();
  /** By the SHA-256 in hex. */
  readonly #byDigest = new Map<string, Entry>();
  #writing: Promise<unknown> = Promise.resolve();
  #isDirty = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ stateDir, log, now = Date.now, flushMs = FLUSH_MS }: TokenOptions) {
    this.#file = new TokenFile(stateDir);
    this.#log = log;
    this.#now = now;
    this.#flushMs = flushMs;
    for (const stored of this.#file.read()) {
      const entry = entryOf(stored);
      this.#byName.set(entry.name, entry);
      this.#byDigest.set(stored.sha256, entry);
    }
    this.#tick();
  }

  /** How many tokens there are, with expired ones. */
  get size(): number {
    return this.#byName.size;
  }

  /** The caller of a request by its `Authorization: Bearer`; null when there is none, or a wrong or expired one. */
  identify({ authorization = '' }: IncomingHttpHeaders): Caller | null {
    const [, secret] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
    return secret === undefined ? null : this.identifySecret(secret);
  }

  /** The same for a secret from elsewhere, such as the header `X-Api-Key`. Counts as one use. */
  identifySecret(secret: string): Caller | null {
    if (!SECRET.test(secret)) return null;
    // The time of the look-up depends on the SHA-256 of the guess, from which nothing about a secret follows.
    const digest = digestOf(secret);
    const entry = this.#byDigest.get(digest.toString('hex'));
    if (entry === undefined || !timingSafeEqual(digest, entry.digest)) return null;
    const nowMs = this.#now();
    if (entry.expiresAtMs !== null && entry.expiresAtMs <= nowMs) expire(entry);
    // Also a token that expired before the clock was set back.
    if (entry.end.signal.aborted) return null;
    entry.uses += 1;
    entry.lastUsedAtMs = nowMs;
    this.#isDirty = true;
    return entry.caller;
  }

  /**
   * Creates a token; it is valid when it is on disk.
   * @returns the secret, which is not kept, and what it permits
   * @throws (rejects) Fault token_exists, invalid_params, disk_full, permission_denied
   */
  async create({ name, scopes, accounts, expiresAt }: NewToken): Promise<{ secret: string; token: Token }> {
    const nowMs = this.#now();
    if (this.#byName.has(name))
      throw new Fault('token_exists', { reason: `there is a token "${name}" already; revoke it first` });
    if (this.size >= MAX_TOKENS)
      throw new Fault('invalid_params', {
        reason: `there are ${MAX_TOKENS} tokens already; revoke those that are not used`,
        hint: 'wactl token list',
      });
    if (expiresAt !== null && Date.parse(expiresAt) <= nowMs)
      throw new Fault('invalid_params', { reason: `expiresAt: ${expiresAt} has passed`, hint: null });
    const secret = `wad_${randomBytes(32).toString('base64url')}`;
    const sha256 = digestOf(secret).toString('hex');
    const entry = entryOf({
      ...{ name, scopes: [...new Set(scopes)], accounts: accounts && [...new Set(accounts)] },
      ...{ createdAt: isoTime(nowMs), expiresAt, uses: 0, lastUsedAt: null, sha256 },
    });
    this.#byName.set(name, entry);
    try {
      await this.#write();
    } catch (error) {
      if (this.#byName.get(name) === entry) this.#byName.delete(name);
      throw error;
    }
    // It may have been revoked during the write.
    if (this.#byName.get(name) === entry) this.#byDigest.set(sha256, entry);
    this.#tick();
    this.#log.info('tokens.created', { name, scopes, accounts, expiresAt });
    return { secret, token: publicOf(entry) };
  }

  /** In the order of their creation. */
  list(): Token[] {
    return [...this.#byName.values()].map(publicOf);
  }

  /**
   * Revokes a token. It is refused at once, before the file is written, and `closed` of its callers aborts.
   * @throws (rejects) Fault no_such_token; disk_full, permission_denied: it is refused until the gateway restarts
   */
  async revoke(name: string): Promise<Token> {
    const entry = this.#byName.get(name);
    if (entry === undefined) throw new Fault('no_such_token', { reason: `there is no token "${name}"` });
    this.#byName.delete(name);
    this.#byDigest.delete(entry.digest.toString('hex'));
    entry.end.abort(new Fault('unauthorized', { reason: `the token "${name}" was revoked`, hint: null }));
    this.#log.info('tokens.revoked', { name });
    this.#isDirty = true; // a write that fails is repeated
    try {
      await this.#write();
    } catch (error) {
      const { kind, message, details } = Fault.of(error);
      const reason = `the token "${name}" is revoked until the gateway restarts, and could not be removed from the disk: ${message}`;
      throw new Fault(kind, { ...details, reason });
    }
    return publicOf(entry);
  }

  /** Writes the counts. No token is valid afterwards; open streams are left alone. May be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#byDigest.clear();
    await this.#flush();
  }

  /** Ends expired tokens, and runs again at the next expiry or after `flushMs`; the counts are written then. */
  #tick(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    const nowMs = this.#now();
    let nextMs = this.#flushMs;
    for (const entry of this.#byName.values()) {
      if (entry.expiresAtMs === null || entry.end.signal.aborted) continue;
      if (entry.expiresAtMs <= nowMs) expire(entry);
      else nextMs = Math.min(nextMs, entry.expiresAtMs - nowMs);
    }
    this.#timer = setTimeout(() => {
      this.#tick();
      void this.#flush();
    }, nextMs).unref();
  }

  /** Never rejects: what could not be written is written the next time. */
  async #flush(): Promise<void> {
    if (!this.#isDirty) return;
    await this.#write().catch((error) => this.#log.warn('tokens.not_saved', { err: error }));
  }

  /** Writes every token as it is when the writes before have ended. */
  #write(): Promise<void> {
    const mine = this.#writing.then(async () => {
      this.#isDirty = false;
      try {
        await this.#file.write([...this.#byName.values()].map(storedOf));
      } catch (error) {
        this.#isDirty = true;
        throw error;
      }
    });
    this.#writing = mine.catch(() => undefined);
    return mine;
  }
}

function expire({ name, end }: Entry): void {
  end.abort(new Fault('unauthorized', { reason: `the token "${name}" has expired`, hint: null }));
}

function entryOf(stored: StoredToken): Entry {
  const { name, sha256, scopes, accounts, createdAt, expiresAt, uses, lastUsedAt } = stored;
  const end = new AbortController();
  // One listener for each event stream.
  setMaxListeners(0, end.signal);
  return {
    ...{ name, scopes, accounts, uses, end },
    digest: Buffer.from(sha256, 'hex'),
    createdAtMs: Date.parse(createdAt),
    expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt),
    lastUsedAtMs: lastUsedAt === null ? null : Date.parse(lastUsedAt),
    caller: { token: name, scopes, accounts, expiresAt, closed: end.signal },
  };
}

const publicOf = ({
  name,
  scopes,
  accounts,
  createdAtMs,
  expiresAtMs,
  uses,
  lastUsedAtMs,
}: Entry): Token => ({
  ...{ name, scopes, accounts, uses },
  createdAt: isoTime(createdAtMs),
  expiresAt: isoTime(expiresAtMs),
  lastUsedAt: isoTime(lastUsedAtMs),
});

const storedOf = (entry: Entry): StoredToken => ({
  ...publicOf(entry),
  sha256: entry.digest.toString('hex'),
});
