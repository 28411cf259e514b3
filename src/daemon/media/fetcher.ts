// Fetches the files of messages from the page into the media store, each once. It does not know its callers.
import { type FileRef, MAX_FILE_BYTES } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import { type MessageRef, messageKey } from '../../protocol/wid.js';
import type { WhatsAppClient } from '../../session/port.js';
import { sentAtMs } from '../../store/event.js';
import type { Store } from '../../store/store.js';
import type { FileOrigin, MediaStore } from './media-store.js';

/** A file that is being fetched. */
interface Running {
  /** The media store's name for its message, and where it comes from. Null without a place. */
  readonly note: { readonly name: string; readonly origin: FileOrigin } | null;
  /** Its message was purged meanwhile. */
  isForgotten: boolean;
}

/** Nothing to close. */
export class Fetcher {
  readonly #mediaStore: MediaStore;
  readonly #client: () => WhatsAppClient;
  readonly #store: Pick<Store, 'account' | 'messages'>;
  readonly #underWay = new Map<string, Promise<FileRef>>();
  readonly #running = new Set<Running>();

  /**
   * @param client returns the client of a ready account; throws the Fault that says why there is none
   * @param store the account that messages belong to, and when they were sent
   */
  constructor(
    mediaStore: MediaStore,
    client: () => WhatsAppClient,
    store: Pick<Store, 'account' | 'messages'>,
  ) {
    this.#mediaStore = mediaStore;
    this.#client = client;
    this.#store = store;
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
    const running: Running = { note: this.#noteWithOrigin(ref), isForgotten: false };
    this.#running.add(running);
    const mine = this.#fetch(ref, limit, running).finally(() => {
      this.#underWay.delete(mark);
      this.#running.delete(running);
    });
    this.#underWay.set(mark, mine);
    return mine;
  }

  /** Whether the file of a message is on disk, so that nobody is asked for it. */
  async has(ref: MessageRef): Promise<boolean> {
    const note = this.#noteFor(ref);
    return note !== null && (await this.#mediaStore.ofMessage(note)) !== null;
  }

  /**
   * Files that are being fetched are not stored if their message is among these. The media store removes those that are.
   * @param notes names of the media store
   */
  forget(notes: ReadonlySet<string>, isFrom: (origin: FileOrigin) => boolean): void {
    for (const running of this.#running)
      if (running.note !== null && (notes.has(running.note.name) || isFrom(running.note.origin)))
        running.isForgotten = true;
  }

  #noteWithOrigin(ref: MessageRef): Running['note'] {
    const name = this.#noteFor(ref);
    const { id, place } = ref;
    if (name === null || place === null) return null;
    const { account, messages } = this.#store;
    const key = messageKey({ ...place, id, participant: place.participant ?? undefined });
    const seen = messages.get(key, account.wid);
    const event = seen && messages.event(seen);
    const atMs = event ? sentAtMs(event) : Date.now();
    return { name, origin: { chat: place.remote, author: place.participant, atMs } };
  }

  /**
   * The media store's name for a message: by its place, because its sender chooses its
   * id. Null without a place.
   */
  #noteFor({ id, place }: MessageRef): string | null {
    return place === null
      ? null
      : JSON.stringify([this.#store.account.wid, place.fromMe, place.remote, place.participant, id]);
  }

  async #fetch(ref: MessageRef, maxBytes: number, running: Running): Promise<FileRef> {
    const { note } = running;
    const known = note === null ? null : await this.#mediaStore.ofMessage(note.name);
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
      const file = await this.#mediaStore.finish(upload, note ?? undefined);
      // Checked last: a purge that comes later finds the note.
      if (note !== null && running.isForgotten) {
        await this.#mediaStore.forget([note.name], [], false);
        throw new Fault('no_such_message', { reason: 'The message was purged while its file was fetched.' });
      }
      return file;
    } catch (error) {
      if (upload !== undefined) await this.#mediaStore.abandon(upload);
      throw error;
    }
  }
}
