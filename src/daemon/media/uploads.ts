// Tracks uploads in progress: the owner of each, how many there may be, and how long one may be idle. It does
// not know where the bytes are stored (media-store.ts).
import type { FileRef } from '../../protocol/content.js';
import type { Owner } from '../../protocol/dispatch.js';
import { Fault } from '../../protocol/fault.js';
import type { MediaStore } from './media-store.js';

export interface UploadLimits {
  readonly max: number;
  /** The most for one owner. */
  readonly maxEach: number;
  /** An upload to which nothing was added for this long is dropped. */
  readonly restMs: number;
  /** If another upload needs the place, it is dropped after this long already. */
  readonly yieldMs: number;
}

const LIMITS: UploadLimits = { max: 32, maxEach: 8, restMs: 600_000, yieldMs: 60_000 };

export interface Piece {
  /** Undefined begins an upload. */
  readonly upload: string | undefined;
  readonly name: string | null;
  readonly offset: number;
  readonly bytes: Buffer;
  readonly done: boolean;
}

interface Upload {
  readonly owner: Owner;
  /** Undefined until the media store has made a file for it. */
  id: string | undefined;
  rest: NodeJS.Timeout | undefined;
  /** By performance.now(); null while a piece is being written. */
  restsSinceMs: number | null;
  /** Releases the owner's connection. */
  readonly release: (() => void) | undefined;
  readonly drop: () => void;
}

/** Nothing to close: uploads end with their owners. */
export class Uploads {
  readonly #mediaStore: MediaStore;
  readonly #limits: UploadLimits;
  readonly #uploads = new Set<Upload>();

  constructor(mediaStore: MediaStore, limits: Partial<UploadLimits> = {}) {
    this.#mediaStore = mediaStore;
    this.#limits = { ...LIMITS, ...limits };
  }

  /**
   * Takes one piece.
   * @throws (rejects) Fault busy, no_such_media, media_too_large, invalid_params, disk_full
   */
  async put(
    owner: Owner,
    { upload: given, name, offset, bytes, done }: Piece,
  ): Promise<{ upload: string; size: number; file: FileRef | null }> {
    const upload = given === undefined ? await this.#begin(owner, name) : this.#of(owner, given);
    const id = upload.id as string;
    this.#work(upload);
    let size: number;
    try {
      size = await this.#mediaStore.add(id, offset, bytes);
    } catch (error) {
      // The media store has already dropped a file that is too large.
      if (error instanceof Fault && error.kind === 'media_too_large') this.#forget(upload);
      else this.#rest(upload);
      throw error;
    }
    if (!done) {
      this.#rest(upload);
      return { upload: id, size, file: null };
    }
    this.#forget(upload);
    return { upload: id, size, file: await this.#mediaStore.finish(id) };
  }

  async #begin(owner: Owner, name: string | null): Promise<Upload> {
    const { max, maxEach } = this.#limits;
    const own = [...this.#uploads].filter((other) => other.owner === owner);
    if (own.length >= maxEach && !this.#makeRoom(own))
      throw tooMany(`This client is uploading ${maxEach} files already.`);
    if (this.#uploads.size >= max && !this.#makeRoom([...this.#uploads]))
      throw tooMany(`${max} files are being uploaded already.`);
    const upload: Upload = {
      owner,
      id: undefined,
      rest: undefined,
      restsSinceMs: null,
      // The connection is not idle while a slow producer has more to send.
      release: owner.hold?.(),
      drop: () => this.#drop(upload),
    };
    // It occupies its place before it has a file.
    this.#uploads.add(upload);
    try {
      upload.id = await this.#mediaStore.begin(name);
    } catch (error) {
      this.#forget(upload);
      throw error;
    }
    owner.closed.addEventListener('abort', upload.drop, { once: true });
    if (!owner.closed.aborted) return upload;
    upload.drop();
    throw new Fault('connection_lost', { outcome: 'none' });
  }

  /** @throws Fault no_such_media: it belongs to another owner, or was dropped */
  #of(owner: Owner, id: string): Upload {
    for (const upload of this.#uploads) if (upload.id === id && upload.owner === owner) return upload;
    const reason = `This connection has no upload ${id.slice(0, 64)}; start it again.`;
    throw new Fault('no_such_media', { reason });
  }

  /** Drops the upload that has been idle for longest. False when none has been idle for long enough. */
  #makeRoom(uploads: readonly Upload[]): boolean {
    let found: Upload | undefined;
    let sinceMs = performance.now() - this.#limits.yieldMs;
    for (const upload of uploads) {
      if (upload.restsSinceMs === null || upload.restsSinceMs > sinceMs) continue;
      found = upload;
      sinceMs = upload.restsSinceMs;
    }
    found?.drop();
    return found !== undefined;
  }

  #work(upload: Upload): void {
    clearTimeout(upload.rest);
    upload.restsSinceMs = null;
  }

  /** Pieces may overlap in time: only the newest timer counts. */
  #rest(upload: Upload): void {
    if (!this.#uploads.has(upload)) return;
    clearTimeout(upload.rest);
    upload.restsSinceMs = performance.now();
    upload.rest = setTimeout(upload.drop, this.#limits.restMs).unref();
  }

  #forget(upload: Upload): void {
    if (!this.#uploads.has(upload)) return;
    clearTimeout(upload.rest);
    upload.release?.();
    upload.owner.closed.removeEventListener('abort', upload.drop);
    this.#uploads.delete(upload);
  }

  #drop(upload: Upload): void {
    this.#forget(upload);
    if (upload.id !== undefined) void this.#mediaStore.abandon(upload.id);
  }
}

const tooMany = (reason: string): Fault => new Fault('busy', { reason, hint: null, retryAfterMs: 1_000 });
