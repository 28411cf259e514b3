/** App state: named collections of encrypted patches, which the server keeps in order and cannot read. */
import { Schema } from '../wire/protobuf.js';

const VERSION = new Schema({ version: [1, new Schema({ version: [1, 'uint'] })] });

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
    this.#patches.push(Buffer.concat([patch, VERSION.encode({ version: { version: basedOn + 1 } })]));
    return this.version;
  }

  /** Patches after a version. */
  since(version: number): readonly Buffer[] {
    return this.#patches.slice(version);
  }
}
