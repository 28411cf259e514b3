/** What is inside an encrypted message, and how people here see it. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Of } from '../wire/protobuf.js';
import { CONTENT, PROTOCOL_TYPE } from '../wire/schemas.js';
import type { Addressing } from './addressing.js';

export type Content = Of<typeof CONTENT>;

/** The largest padding: n bytes of the value n follow the content. */
const MOST_PADDING = 16;

export function pad(content: Content): Buffer {
  const length = randomInt(1, MOST_PADDING + 1);
  return Buffer.concat([CONTENT.encode(content), Buffer.alloc(length, length)]);
}

/** The bytes of a CONTENT. */
export const unpad = (plain: Buffer): Buffer => plain.subarray(0, plain.length - (plain.at(-1) ?? 0));

/** Ids as the page makes them: 3EB0 and nine random bytes. */
export const messageId = (): string => `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;

export interface Shown {
  /** chat, a type of file, video_note, album (its heading), reaction, edit, revoke, or other */
  readonly type: string;
  readonly body: string;
  /** the message that it is about */
  readonly about?: string | undefined;
  /** It can be opened once. */
  readonly viewOnce?: boolean;
}

/** What is in the envelope of a message that can be opened once (WAWebE2EProtoGenerator). undefined: it is in none. */
function inViewOnce(content: Content): Content | undefined {
  const { viewOnceMessage, viewOnceMessageV2, viewOnceMessageV2Extension } = content;
  const { message } = viewOnceMessage ?? viewOnceMessageV2 ?? viewOnceMessageV2Extension ?? {};
  return message && CONTENT.decode(message);
}

/** What is in the envelope of a document with a caption (WAWebE2EProtoGenerator). undefined: it is in none. */
function inCaptioned({ documentWithCaptionMessage }: Content): Content | undefined {
  const { message } = documentWithCaptionMessage ?? {};
  return message && CONTENT.decode(message);
}

/** A content without its envelope. */
export const opened = (content: Content): Content => inViewOnce(content) ?? inCaptioned(content) ?? content;

/** How a message appears. undefined: nothing that is shown, such as a sender key alone. */
export function show(content: Content): Shown | undefined {
  const once = inViewOnce(content);
  if (once !== undefined) {
    const shown = show(once);
    return shown && { ...shown, viewOnce: true };
  }
  const captioned = inCaptioned(content);
  if (captioned !== undefined) return show(captioned);
  const { conversation, extendedTextMessage, reactionMessage, protocolMessage } = content;
  const text = conversation ?? extendedTextMessage?.text;
  if (text !== undefined) return { type: 'chat', body: text };
  const file = fileOf(content);
  if (file !== undefined) return file;
  if (content.albumMessage !== undefined) return { type: 'album', body: '' };
  if (reactionMessage !== undefined)
    return { type: 'reaction', body: reactionMessage.text ?? '', about: reactionMessage.key?.id };
  if (protocolMessage !== undefined) return showProtocol(protocolMessage);
  const { senderKeyDistributionMessage: _, ...rest } = content;
  return Object.keys(rest).length === 0 && content.senderKeyDistributionMessage !== undefined
    ? undefined
    : { type: 'other', body: '' };
}

/** undefined: it is no file. */
function fileOf(content: Content): Shown | undefined {
  const { imageMessage, documentMessage, videoMessage, audioMessage, stickerMessage, ptvMessage } = content;
  if (imageMessage !== undefined) return { type: 'image', body: imageMessage.caption ?? '' };
  if (documentMessage !== undefined) return { type: 'document', body: documentMessage.caption ?? '' };
  if (videoMessage !== undefined) return { type: 'video', body: videoMessage.caption ?? '' };
  if (audioMessage !== undefined) return { type: audioMessage.ptt ? 'voice' : 'audio', body: '' };
  if (ptvMessage !== undefined) return { type: 'video_note', body: '' };
  return stickerMessage === undefined ? undefined : { type: 'sticker', body: '' };
}

export const isFile = (content: Content): boolean => fileOf(content) !== undefined;

function showProtocol({
  type = 0,
  key,
  editedMessage,
}: NonNullable<Content['protocolMessage']>): Shown | undefined {
  if (type === PROTOCOL_TYPE.revoke) return { type: 'revoke', body: '', about: key?.id };
  if (type !== PROTOCOL_TYPE.edit || editedMessage === undefined) return undefined;
  return { type: 'edit', body: show(CONTENT.decode(editedMessage))?.body ?? '', about: key?.id };
}

/** A message on somebody's screen. */
export interface Received extends Shown {
  readonly id: string;
  /** the number of the sender */
  readonly from: string;
  /** milliseconds */
  readonly at: number;
  readonly group?: string | undefined;
  /** whether it was addressed to a number or to a LID */
  readonly addressing: Addressing;
  /** how it was encrypted: pkmsg, msg or skmsg */
  readonly encryption: string;
  /** the bytes of a CONTENT */
  readonly plain: Buffer;
}
