// How an archive is encrypted: in the format of age, with a passphrase or with the keys of a file.
import type { Decrypter, Encrypter } from 'age-encryption';
import { Fault } from '../protocol/fault.js';

/** `keys`: secret keys of age (AGE-SECRET-KEY-…). The first one seals, and any of them opens. */
export type Seal = { readonly passphrase: string } | { readonly keys: readonly string[] };

const KEY = /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{50,}$/;
/** The header of age has about 150 bytes for a passphrase and 2 kB for a post-quantum key. */
const MAX_HEADER = 4_096;

/**
 * The keys in the output of `age-keygen`: one a line, with comments.
 * @param name the file, for messages
 * @throws Fault usage
 */
export function readKeys(text: string, name: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length > 0 && keys.every((key) => KEY.test(key))) return keys;
  const reason = `${name} is not the output of age-keygen: lines of AGE-SECRET-KEY-1… and comments`;
  throw new Fault('usage', { reason, hint: `age-keygen -o ${name}` });
}

export async function encrypterOf(seal: Seal): Promise<Encrypter> {
  const { Encrypter, identityToRecipient } = await import('./age.js');
  const encrypter = new Encrypter();
  if ('passphrase' in seal) encrypter.setPassphrase(seal.passphrase);
  else for (const key of seal.keys.slice(0, 1)) encrypter.addRecipient(await identityToRecipient(key));
  return encrypter;
}

export async function decrypterOf(seal: Seal): Promise<Decrypter> {
  const { Decrypter } = await import('./age.js');
  const decrypter = new Decrypter();
  if ('passphrase' in seal) decrypter.addPassphrase(seal.passphrase);
  else for (const key of seal.keys) decrypter.addIdentity(key);
  return decrypter;
}

/** True when the bytes begin with a whole header of age. They are the first MAX_HEADER of the archive, or all of it. */
const hasHeader = (start: Buffer): boolean => {
  const text = start.toString('latin1');
  return text.startsWith('age-encryption.org/v1\n') && /\n--- .*\n/.test(text);
};

/**
 * Passes the bytes on once the header of age is complete. The package holds the whole header in memory, even one that has
 * no end.
 * @param refuse the error for anything else
 */
export async function* withHeader(
  sealed: AsyncIterable<Uint8Array>,
  refuse: () => Error,
): AsyncGenerator<Uint8Array> {
  let start: Buffer | null = Buffer.alloc(0);
  for await (const piece of sealed) {
    if (start === null) {
      yield piece;
      continue;
    }
    start = Buffer.concat([start, piece]);
    const isWhole = hasHeader(start.subarray(0, MAX_HEADER));
    if (!isWhole && start.length < MAX_HEADER) continue;
    if (!isWhole) throw refuse();
    yield start;
    start = null;
  }
  if (start !== null) throw refuse();
}

/** Seals a few bytes at once. */
export const sealBytes = async (plain: Uint8Array, seal: Seal): Promise<Uint8Array> =>
  (await encrypterOf(seal)).encrypt(plain);

/** @throws (rejects) the package's error; see `unfitness` */
export const openBytes = async (sealed: Uint8Array, seal: Seal): Promise<Uint8Array> =>
  (await decrypterOf(seal)).decrypt(sealed);
