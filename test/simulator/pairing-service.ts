/** Issues QR refs and pairing codes, and finds the page for one. */
import { randomBytes } from 'node:crypto';
import type { Connection } from './connection.js';
import type { KnobValues } from './knobs.js';

export interface Registration {
  refs: string[];
  issuedAtMs: number;
  noiseKey: string;
  identityKey: string;
  advSecret: string;
  platform: string;
}

interface Code {
  number: string;
  connection: Connection;
  expiresAtMs: number;
}

/** Crockford's letters without those that people confuse, as on the real page. */
const CODE_LETTERS = '123456789ABCDEFGHJKLMNPQRSTVWXYZ';
/** The phone may scan a code shortly before it changes. */
const GRACE_MS = 2_000;

/** The phone's error when it does not link. `reason` is for programs. */
export class LinkRefused extends Error {
  override readonly name = 'LinkRefused';
  readonly reason: string;

  constructor(reason: string, text: string) {
    super(text);
    this.reason = reason;
  }
}

export class PairingService {
  readonly #knobs: () => KnobValues;
  readonly #byRef = new Map<string, Connection>();
  readonly #codes = new Map<string, Code>();
  #asked: { number: string; atMs: number }[] = [];

  constructor(knobs: () => KnobValues) {
    this.#knobs = knobs;
  }

  register(connection: Connection, keys: Omit<Registration, 'refs' | 'issuedAtMs'>): string[] {
    const refs = Array.from(
      { length: this.#knobs().qrCount },
      () => `2@${randomBytes(66).toString('base64url')}`,
    );
    const { noiseKey, identityKey, advSecret, platform } = keys;
    connection.registration = { refs, issuedAtMs: Date.now(), noiseKey, identityKey, advSecret, platform };
    for (const ref of refs) this.#byRef.set(ref, connection);
    return refs;
  }

  /** Returns the page that shows this QR code. Throws LinkRefused. */
  find(qr: string): Connection {
    const [ref = '', noiseKey, identityKey, advSecret, platform] = qr.replace(/^https:[^#]*#/, '').split(',');
    const connection = this.#byRef.get(ref);
    const registration = connection?.registration;
    if (!connection || !registration)
      throw new LinkRefused('unknown', 'not a code of WhatsApp Web, or used already');
    const { qrFirstMs, qrNextMs } = this.#knobs();
    const endsAtMs =
      registration.issuedAtMs + qrFirstMs + registration.refs.indexOf(ref) * qrNextMs + GRACE_MS;
    if (Date.now() > endsAtMs || !connection.open) throw new LinkRefused('expired', 'the code has expired');
    const same =
      noiseKey === registration.noiseKey &&
      identityKey === registration.identityKey &&
      advSecret === registration.advSecret &&
      platform === registration.platform;
    if (!same) throw new LinkRefused('unknown', 'the code does not hold the keys of the page that shows it');
    return connection;
  }

  /** Returns a new code, or undefined when the number has requested too many. */
  code(number: string, connection: Connection): string | undefined {
    const { codeLimit, codeWindowMs, codeTtlMs } = this.#knobs();
    const now = Date.now();
    this.#asked = this.#asked.filter((one) => one.atMs > now - codeWindowMs);
    if (this.#asked.filter((one) => one.number === number).length >= codeLimit) return undefined;
    this.#asked.push({ number, atMs: now });
    const code = [...randomBytes(8)].map((byte) => CODE_LETTERS[byte % CODE_LETTERS.length]).join('');
    this.#codes.set(code, { number, connection, expiresAtMs: now + codeTtlMs });
    return code;
  }

  /** Returns the page that shows this code, for a person with this number. Throws LinkRefused. */
  findCode(word: string, number: string): Connection {
    const code = word.replace(/[-\s]/g, '').toUpperCase();
    const found = this.#codes.get(code);
    if (!found || found.number !== number) throw new LinkRefused('unknown', 'the code is wrong');
    if (Date.now() > found.expiresAtMs || !found.connection.open)
      throw new LinkRefused('expired', 'the code has expired');
    return found.connection;
  }

  /** Makes its refs and codes invalid. */
  forget(connection: Connection): void {
    for (const ref of connection.registration?.refs ?? []) this.#byRef.delete(ref);
    connection.registration = undefined;
    for (const [code, one] of this.#codes) if (one.connection === connection) this.#codes.delete(code);
  }
}
