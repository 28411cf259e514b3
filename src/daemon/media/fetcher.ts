// Fetches the files of messages from the page into the media store, each once. It does not know its callers.
import { type FileRef, MAX_FILE_BYTES } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import type { MessageRef } from '../../protocol/wid.js';
import type { WhatsAppClient } from '../../session/port.js';
import type { MediaStore } from './media-store.js';

/** Nothing to close. */
export class Fetcher {
  readonly #mediaStore: MediaStore;
  readonly #client: () => WhatsAppClient;
  readonly #wid: () => string | null;
  readonly #underWay = new Map<string, Promise<FileRef>>();

  /**
   * @param client returns the client of a ready account; throws the Fault that says why there is none
   * @param wid the account that messages belong to
   */
  constructor(mediaStore: MediaStore, client: () => WhatsAppClient, wid: () => string | null) {
    this.#mediaStore = mediaStore;
    this.#client = client;
    this.#wid = wid;
  }

  /**
   * @param maxBytes the most bytes that are fetched, whatever the message says
   * @throws (rejects) Fault, as the method media.fetch lists them
   */
  fetch(ref: MessageRef, maxBytes = MAX_FILE_BYTES): Promise<FileRef> {
    const limit = Math.min(maxBytes, MAX_FILE_BYTES);
    const mark = JSON.stringify([limit, ref]);
    const before = this.#underWay.get(mark);
    if (before !== undefined) return before;
    const mine = this.#fetch(ref, limit).finally(() => this.#underWay.delete(mark));
    this.#underWay.set(mark, mine);
    return mine;
  }

  /** Whether the file of a message is on disk, so that nobody is asked for it. */
  async has(ref: MessageRef): Promise<boolean> {
    const note = this.#noteFor(ref);
    return note !== null && (await this.#mediaStore.ofMessage(note)) !== null;
  }

  /**
   * The media store's name for a message: by its place, because its sender chooses its
   * id. Null without a place.
   */
  #noteFor({ id, place }: MessageRef): string | null {
    return place === null
      ? null
      : JSON.stringify([this.#wid(), place.fromMe, place.remote, place.participant, id]);
  }

  async #fetch(ref: MessageRef, maxBytes: number): Promise<FileRef> {
    const note = this.#noteFor(ref);
    const known = note === null ? null : await this.#mediaStore.ofMessage(note);
    if (known !== null) return known;
    const { media } = this.#client();
    let upload: string | undefined;
    try {
      let size = 0;
      await media.fetch(ref, maxBytes, async ({ name, mimetype }, piece) => {
        upload ??= await this.#mediaStore.begin(name, mimetype, maxBytes);
        size = await this.#mediaStore.add(upload, size, piece);
      });
      if (upload === undefined) throw new Fault('media_gone', { reason: 'The file is empty.' });
      const file = await this.#mediaStore.finish(upload);
      if (note !== null) await this.#mediaStore.noteMessage(note, file.id);
      return file;
    } catch (error) {
      if (upload !== undefined) await this.#mediaStore.abandon(upload);
      throw error;
    }
  }
}
