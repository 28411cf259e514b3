// Stores the pictures of profiles that the page has fetched, one for each person, so that a purge of the person finds it.
import type { FileRef } from '../../protocol/content.js';
import type { Profile } from '../../protocol/methods/profile.js';
import type { ReadProfile } from '../../session/page-port.js';
import type { MediaStore } from './media-store.js';
import { MAX_PICTURE_BYTES } from './picture.js';

type Person = Pick<Profile, 'id' | 'phone'>;
type WithFile<P> = Omit<P, 'picture'> & { readonly picture: FileRef | null };

/** The name under which the media store knows the profile picture of an id. */
export const profileNote = (id: string): string => JSON.stringify(['profile', id]);

/** Nothing to close. */
export class ProfilePictures {
  readonly #mediaStore: MediaStore;
  /** Of each profile that is being read: the names that a purge has removed meanwhile. */
  readonly #running = new Set<Set<string>>();

  constructor(mediaStore: MediaStore) {
    this.#mediaStore = mediaStore;
  }

  /**
   * Reads a profile, and stores its picture in place of an earlier one.
   * @returns without the picture if the person was purged meanwhile
   * @throws (rejects) Fault disk_full; what `read` throws
   */
  async read<P extends Person & ReadProfile>(read: () => Promise<P>): Promise<WithFile<P>> {
    const forgotten = new Set<string>();
    this.#running.add(forgotten);
    try {
      const profile = await read();
      if (profile.picture === null) return { ...profile, picture: null };
      const { id, phone } = profile;
      // By the number where it is known: that is by which a person asks to be removed.
      const note = profileNote(phone === null ? id : `${phone}@c.us`);
      const file = await this.#store(note, profile.picture.base64);
      // Checked last: a purge that comes later finds the note. It knows a person by both identities.
      if (!forgotten.has(note) && !forgotten.has(profileNote(id))) return { ...profile, picture: file };
      await this.#mediaStore.forget([note], [], false);
      return { ...profile, picture: null };
    } finally {
      this.#running.delete(forgotten);
    }
  }

  /** Pictures that are being fetched are not kept if their names are among these. The media store removes those that are there. */
  forget(notes: ReadonlySet<string>): void {
    for (const forgotten of this.#running) for (const note of notes) forgotten.add(note);
  }

  async #store(note: string, base64: string): Promise<FileRef> {
    const earlier = await this.#mediaStore.ofMessage(note);
    const upload = await this.#mediaStore.begin('picture.jpg', null, MAX_PICTURE_BYTES);
    try {
      await this.#mediaStore.add(upload, 0, Buffer.from(base64, 'base64'));
      const file = await this.#mediaStore.finish(upload, { name: note });
      if (earlier !== null && earlier.id !== file.id) await this.#mediaStore.forget([], [earlier.id], false);
      return file;
    } catch (error) {
      await this.#mediaStore.abandon(upload);
      throw error;
    }
  }
}
