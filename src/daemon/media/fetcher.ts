// Files of messages, out of the page and onto the shelf: each once, for whoever asks. Refuses to know who that is.
import { type FileRef, MAX_FILE_BYTES } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import type { MessageRef } from '../../protocol/wid.js';
import type { WhatsAppClient } from '../../session/port.js';
import type { Shelf } from './shelf.js';

/** Nothing to close. */
export class Fetcher {
  readonly #shelf: Shelf;
  readonly #client: () => WhatsAppClient;
  /** By the random part of the message's id. */
  readonly #underWay = new Map<string, Promise<FileRef>>();

  /** @param client of a ready account; throws the Fault that says why there is none */
  constructor(shelf: Shelf, client: () => WhatsAppClient) {
    this.#shelf = shelf;
    this.#client = client;
  }

  /** @throws (rejects) Fault, as the method media.fetch lists them */
  fetch(ref: MessageRef): Promise<FileRef> {
    const before = this.#underWay.get(ref.id);
    if (before !== undefined) return before;
    const mine = this.#fetch(ref).finally(() => this.#underWay.delete(ref.id));
    this.#underWay.set(ref.id, mine);
    return mine;
  }

  async #fetch(ref: MessageRef): Promise<FileRef> {
    const known = await this.#shelf.ofMessage(ref.id);
    if (known !== null) return known;
    const { media } = this.#client();
    let upload: string | undefined;
    try {
      let size = 0;
      await media.fetch(ref, MAX_FILE_BYTES, async ({ name, mimetype }, piece) => {
        upload ??= await this.#shelf.begin(name, mimetype);
        size = await this.#shelf.add(upload, size, piece);
      });
      if (upload === undefined) throw new Fault('media_gone', { reason: 'The file is empty.' });
      const file = await this.#shelf.finish(upload);
      await this.#shelf.noteMessage(ref.id, file.id);
      return file;
    } catch (error) {
      if (upload !== undefined) await this.#shelf.abandon(upload);
      throw error;
    }
  }
}
