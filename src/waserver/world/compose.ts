/** Makes the content of what people send. */
import { CONTENT, PROTOCOL_TYPE } from '../wire/schemas.js';
import type { Content } from './content.js';
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

export function fileContent(
  { type, mimetype, caption, filename }: OutgoingFile,
  { stored, ...described }: EncryptedFile,
  media: MediaFiles,
): Content {
  const all = { ...described, ...media.put(stored), mimetype, caption };
  return type === 'image' ? { imageMessage: all } : { documentMessage: { ...all, fileName: filename } };
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
  const { imageMessage, documentMessage } = CONTENT.decode(plain);
  const { directPath = '', mediaKey } = imageMessage ?? documentMessage ?? {};
  const stored = media.file(directPath);
  if (stored === undefined || mediaKey === undefined) throw new Error('the message has no file');
  return decryptFile(stored, mediaKey, imageMessage === undefined ? 'document' : 'image');
}
