// The content of a message: one value from the accept to the page. The outbox keeps it as `kind` and the
// rest, and does not read it. Types and limits only.

/** Kinds that carry a file. */
export const MEDIA_KINDS = [
  'image',
  'video',
  'gif',
  'video_note',
  'audio',
  'voice',
  'document',
  'sticker',
] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** A file in the state directory, by its id. */
export interface FileRef {
  readonly id: string;
  readonly mimetype: string;
  readonly name: string | null;
  readonly size: number;
}

/** Fields of every kind. */
interface Common {
  /** A message's key, or its random part. */
  readonly replyTo?: string;
  /** Ids of people who are named in the text. */
  readonly mentions?: readonly string[];
  /** The text contains @all, which mentions everybody in the group. */
  readonly mentionAll?: true;
}

/** A picture or a film of an album. */
export interface AlbumPart {
  readonly kind: 'image' | 'video';
  readonly file: FileRef;
  readonly caption?: string;
  readonly quality?: 'hd';
  readonly mentions?: readonly string[];
  readonly mentionAll?: true;
}

/** The preview of a link, as the sender gives it; `true`: as WhatsApp Web fetches it. */
export type LinkPreview =
  | true
  | {
      readonly url: string;
      readonly title: string;
      readonly description?: string;
      /** A JPEG in base64. */
      readonly thumbnail?: string;
    };

export type Content = Common &
  (
    | { readonly kind: 'text'; readonly text: string; readonly linkPreview?: LinkPreview }
    | {
        readonly kind: MediaKind;
        readonly file: FileRef;
        readonly caption?: string;
        /** Of an image: 2,560 pixels instead of 1,600. */
        readonly quality?: 'hd';
        readonly viewOnce?: true;
        /** The id at WhatsApp of the album that it is a part of. */
        readonly album?: string;
      }
    /** The heading of an album. Each part is a message of its own behind it. */
    | { readonly kind: 'album'; readonly parts: readonly AlbumPart[] }
    | {
        readonly kind: 'location';
        readonly latitude: number;
        readonly longitude: number;
        readonly name?: string;
      }
    | {
        readonly kind: 'contact';
        readonly contacts: readonly { readonly name: string; readonly number: string }[];
      }
    | {
        readonly kind: 'poll';
        readonly question: string;
        readonly options: readonly string[];
        readonly multiple: boolean;
      }
    | {
        readonly kind: 'event';
        readonly name: string;
        readonly description?: string;
        /** ISO 8601. */
        readonly startsAt: string;
        readonly endsAt?: string;
        readonly place?: string;
        readonly call?: 'voice' | 'video';
      }
    /** An answer to the buttons or the list of the message `replyTo`. */
    | { readonly kind: 'choice'; readonly choice: string }
    /** An invitation to become an admin of a channel of ours. */
    | { readonly kind: 'channel_invite'; readonly channel: string; readonly text?: string }
  );

/** The most parts of an album: as many as WhatsApp's phones have long let people choose at once. */
export const MAX_ALBUM = 30;

const MiB = 2 ** 20;
/** The sizes that WhatsApp accepts, and that we give to a page at once. */
export const MAX_BYTES: Readonly<Record<MediaKind, number>> = {
  image: 16 * MiB,
  video: 64 * MiB,
  gif: 16 * MiB,
  video_note: 64 * MiB,
  audio: 16 * MiB,
  voice: 16 * MiB,
  document: 100 * MiB,
  sticker: MiB,
};
export const MAX_FILE_BYTES = Math.max(...Object.values(MAX_BYTES));
/** The part of a file that crosses the socket at once. */
export const CHUNK_BYTES = 512 * 1024;
