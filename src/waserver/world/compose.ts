/** Makes the content of what people send. */
import { CONTENT, PROTOCOL_TYPE } from '../wire/schemas.js';
import { type Content, opened } from './content.js';
import { decryptFile, type EncryptedFile, type FileType } from './file.js';

export interface OutgoingFile {
  readonly bytes: Buffer;
  readonly mimetype: string;
  readonly type: FileType;
  readonly caption?: string;
  readonly filename?: string;
}
/** The media host, as much of it as a person needs. */
export interface MediaFiles {
  /** Keeps a file, and returns where it is. */
  put(stored: Buffer): { readonly url: string; readonly directPath: string };
  file(path: string): Buffer | undefined;
}
/** A message, as those who have it name it. */
type Key = NonNullable<NonNullable<Content['protocolMessage']>['key']>;

/** Where the file of each type is. A voice message is decrypted as sound is, and a video note as a film is. */
const FIELDS = [
  ['image', 'imageMessage'],
  ['document', 'documentMessage'],
  ['video', 'videoMessage'],
  ['audio', 'audioMessage'],
  ['sticker', 'stickerMessage'],
  ['video', 'ptvMessage'],
] as const satisfies readonly (readonly [FileType, keyof Content])[];

export function fileContent(
  { type, mimetype, caption, filename }: OutgoingFile,
  { stored, ...described }: EncryptedFile,
  media: MediaFiles,
): Content {
  const all = { ...described, ...media.put(stored), mimetype, caption };
  const contents: Readonly<Record<FileType, Content>> = {
    image: { imageMessage: all },
    document: { documentMessage: { ...all, fileName: filename } },
    video: { videoMessage: all },
    audio: { audioMessage: all },
    voice: { audioMessage: { ...all, ptt: true } },
    sticker: { stickerMessage: all },
  };
  return contents[type];
}

export const reactionContent = (key: Key, text: string): Content => ({
  reactionMessage: { key, text, senderTimestampMs: Date.now() },
});

/** @param body undefined: the message is revoked */
export const changeContent = (key: Key, body: string | undefined): Content => ({
  protocolMessage:
    body === undefined
      ? { type: PROTOCOL_TYPE.revoke, key, timestampMs: Date.now() }
      : {
          type: PROTOCOL_TYPE.edit,
          key,
          timestampMs: Date.now(),
          editedMessage: CONTENT.encode({ conversation: body }),
        },
});

/** The file of a message, decrypted. @throws Error if there is none */
export function openFile(plain: Buffer, media: MediaFiles): Buffer {
  const content = opened(CONTENT.decode(plain));
  for (const [type, field] of FIELDS) {
    const { directPath = '', mediaKey } = content[field] ?? {};
    const stored = media.file(directPath);
    if (stored !== undefined && mediaKey !== undefined) return decryptFile(stored, mediaKey, type);
  }
  throw new Error('the message has no file');
}
