// Reads and writes tokens.json: the tokens with the SHA-256 of each secret. It is written as a whole or not at all. A file
// that cannot be read is refused with what to do, and is never replaced by an empty one: that would revoke every token.
import type { Stats } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readBounded } from '../local/bounded-file.js';
import { quoted } from '../protocol/address.js';
import { Fault } from '../protocol/fault.js';
import { MAX_TOKENS, type Token, tokenSchema } from '../protocol/gateway/token.js';
import { record } from '../protocol/schema.js';
import { removeUnfinished, writeDurably } from '../session-dir/durable-file.js';

const NAME = 'tokens.json';
const MAX_BYTES = 16 * 1024 * 1024;
const OTHERS = 0o077;

export interface StoredToken extends Token {
  /** Of the secret, in lower-case hex. */
  readonly sha256: string;
}

const storedSchema = record({
  version: z.literal(1),
  tokens: z
    .array(record({ ...tokenSchema.shape, sha256: z.string().regex(/^[0-9a-f]{64}$/) }))
    .max(MAX_TOKENS)
    .refine(
      (tokens) => new Set(tokens.map(({ name }) => name)).size === tokens.length,
      'a name occurs twice',
    ),
});

/** The file of one state directory. This process is its only writer. */
export class TokenFile {
  readonly path: string;
  readonly #directory: string;
  #isTidy = false;

  constructor(stateDir: string) {
    this.#directory = stateDir;
    this.path = join(stateDir, NAME);
  }

  /**
   * The stored tokens; none when there is no file yet.
   * @throws Fault bad_config: the file is damaged, too open, or of a newer version. permission_denied
   */
  read(): StoredToken[] {
    let text: string;
    try {
      text = readBounded(this.path, MAX_BYTES, {
        follow: false,
        check: (stats) => this.#check(stats),
      }).toString();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return [];
      if (error instanceof Fault) throw error;
      if (code === 'EACCES' || code === 'EPERM')
        throw new Fault('permission_denied', {
          reason: `no permission to read the file of tokens, ${this.path}`,
          hint: `ls -l ${quoted(this.path)}`,
          cause: error,
        });
      throw this.#unfit(code === 'ELOOP' ? 'it is a symbolic link' : message, error);
    }
    return this.#parse(text);
  }

  /** Replaces the file. @throws (rejects) Fault disk_full, permission_denied, internal */
  async write(tokens: readonly StoredToken[]): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 }).catch(() => undefined); // writing says why
    if (!this.#isTidy) await removeUnfinished(this.path);
    this.#isTidy = true;
    await writeDurably(this.path, `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`);
  }

  #check({ uid, mode }: Stats): void {
    const own = process.getuid?.() ?? 0;
    if (uid !== own && uid !== 0) throw this.#unfit('it belongs to another user');
    if ((mode & OTHERS) === 0) return;
    throw new Fault('bad_config', {
      reason: `the file of tokens, ${this.path}, is open to other users; nothing was changed`,
      hint: `chmod 600 ${quoted(this.path)}`,
    });
  }

  #parse(text: string): StoredToken[] {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw this.#unfit('it is not JSON', error);
    }
    const version = (value as { version?: unknown } | null)?.version;
    if (typeof version === 'number' && version > 1)
      throw this.#unfit(`it was written by a newer version (${version}): install that version again`);
    const checked = storedSchema.safeParse(value);
    if (checked.success) return checked.data.tokens;
    const { path = [], message = 'it does not fit' } = checked.error.issues[0] ?? {};
    throw this.#unfit(`${path.map(String).join('.') || 'its content'}: ${message}`, checked.error);
  }

  #unfit(why: string, cause?: unknown): Fault {
    const path = quoted(this.path);
    return new Fault('bad_config', {
      reason:
        `the file of tokens, ${this.path}, cannot be used: ${why}. It was not changed. Restore it from a backup, or ` +
        'move it away and create every token again',
      hint: `mv ${path} ${path}.damaged`,
      cause,
    });
  }
}
