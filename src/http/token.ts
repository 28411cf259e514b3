// The bearer token: read from a file that nobody else can read, compared without telling how much of it was right.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '../protocol/fault.js';

/** Null lets everybody in: `anonymousLoopback`. */
export type Token = { readonly digest: Buffer } | null;

const MAX_BYTES = 4_096;
const MIN_CHARS = 16;

/**
 * @param make a file that is not there is made, with a token of 256 bits in it
 * @throws Fault usage: missing, not a file, or no token in it. permission_denied: others can read it, or we cannot.
 */
export async function readToken(path: string, { make }: { readonly make: boolean }): Promise<Token> {
  if (make) await makeToken(path);
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      throw new Fault('usage', { reason: `http.tokenFile: there is no ${path}`, hint: null });
    throw notReadable(path, error);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > MAX_BYTES)
      throw new Fault('usage', { reason: `http.tokenFile: ${path} is no file with a token`, hint: null });
    if ((stats.mode & 0o077) !== 0) {
      const reason = `http.tokenFile: ${path} is open to others (mode 0${(stats.mode & 0o777).toString(8)})`;
      throw new Fault('permission_denied', { reason, hint: `chmod 600 ${path}` });
    }
    const text = (await handle.readFile('utf8')).trim();
    if (text.length < MIN_CHARS || /\s/.test(text)) {
      const reason = `http.tokenFile: ${path} holds no token: one word of ${MIN_CHARS} characters or more`;
      throw new Fault('usage', { reason, hint: `openssl rand -hex 32 > ${path}` });
    }
    return { digest: digestOf(text) };
  } finally {
    await handle.close();
  }
}

/** @throws Fault unauthorized */
export function refuseStrangers(token: Token, { authorization = '' }: IncomingHttpHeaders): void {
  if (token === null) return;
  const [, given] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  if (given === undefined || !timingSafeEqual(digestOf(given), token.digest)) throw new Fault('unauthorized');
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whole or not at all, and never over one that is there. */
async function makeToken(path: string): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  try {
    const handle = await open(fresh, 'w', 0o600);
    await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    await handle.sync();
    await handle.close();
    await link(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw notReadable(path, error as NodeJS.ErrnoException);
  } finally {
    await rm(fresh, { force: true });
  }
}

function notReadable(path: string, error: NodeJS.ErrnoException): Fault {
  if (error.code === 'ENOSPC') return new Fault('disk_full', { cause: error });
  const reason = `http.tokenFile: ${path} cannot be used (${error.code})`;
  return new Fault('permission_denied', { reason, hint: `ls -l ${path}`, cause: error });
}
