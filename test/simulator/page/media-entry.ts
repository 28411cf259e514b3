/**
 * WAWebMediaEntry: the encrypted uploads of one file, our own and those of messages that came in. Each has the keys of its
 * type, and none of the functions asks for a type.
 */
export interface Upload {
  readonly type: string;
  readonly mediaKey: string;
  readonly mediaKeyTimestamp: number;
  readonly encFilehash: string;
  readonly directPath: string;
  readonly deprecatedMms3Url?: string | undefined;
}

/** The TTL of a key is two days and up to one more (WAIsMediaKeyReusable). */
const REUSABLE_S = 2 * 86_400;

export class MediaEntry implements Upload {
  declare readonly type: string;
  declare readonly mediaKey: string;
  declare readonly mediaKeyTimestamp: number;
  declare readonly encFilehash: string;
  declare readonly directPath: string;
  declare readonly deprecatedMms3Url: string | undefined;

  constructor(upload: Upload) {
    Object.assign(this, upload);
  }
  canReuseMediaKey(): boolean {
    return Date.now() / 1000 - this.mediaKeyTimestamp < REUSABLE_S;
  }
}

export class MediaEntryList {
  readonly entries: MediaEntry[] = [];

  /** Returns the entry of this upload, which may be there already. */
  addEntry(upload: Upload): MediaEntry {
    const known = this.entries.find(({ encFilehash }) => encFilehash === upload.encFilehash);
    if (known) return known;
    const entry = new MediaEntry(upload);
    this.entries.push(entry);
    return entry;
  }

  /** The one with the newest key, whatever its type. */
  getUploadEntry(_encrypted: boolean): MediaEntry | undefined {
    this.entries.sort((a, b) => b.mediaKeyTimestamp - a.mediaKeyTimestamp);
    return this.entries[0];
  }
}
