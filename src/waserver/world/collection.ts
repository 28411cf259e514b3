/** App state: named collections of encrypted patches, which the server keeps in order and cannot read. */
import { STATE_PATCH } from '../wire/schemas.js';

export class Collection {
  readonly #patches: Buffer[] = [];

  /** How many patches there are. */
  get version(): number {
    return this.#patches.length;
  }

  /** @returns the new version, or undefined if somebody else was quicker */
  add(patch: Buffer, basedOn: number): number | undefined {
    if (basedOn !== this.version) return undefined;
    // The server says the version; a field that follows replaces one before.
    this.#patches.push(Buffer.concat([patch, STATE_PATCH.encode({ version: { version: basedOn + 1 } })]));
    return this.version;
  }

  /** Patches after a version. */
  since(version: number): readonly Buffer[] {
    return this.#patches.slice(version);
  }
}
