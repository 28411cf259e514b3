import { z } from 'zod';
import { LOOK_FAULTS, NAMED_FAULTS } from '../act-faults.js';
import { CHUNK_BYTES } from '../content.js';
import { transcriptErrorSchema } from '../events/message.js';
import { method } from '../method.js';
import { messageName, messageRef, record, reference } from '../schema.js';

export const fileSchema = record({
  id: z.string().describe('The id of the file, which message.send takes as `media` and media.read as `id`.'),
  mimetype: z.string().describe('The media type, read from its bytes or declared by its sender.'),
  name: z.string().nullable().describe('The file name. Null without one.'),
  size: z.int().describe('Size in bytes.'),
});
const FILE = `f-${'0'.repeat(40)}`;
const example = { id: FILE, mimetype: 'application/pdf', name: 'offer.pdf', size: 3 };
const base64 = () =>
  z
    .string()
    .max(Math.ceil(CHUNK_BYTES / 3) * 4)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/)
    .describe(`The bytes of the piece in base64, ${CHUNK_BYTES} bytes at most.`);

export const mediaMethods = {
  'media.put': method({
    name: 'media.put',
    does: 'Uploads a file, in pieces of 512 KiB at most: the first without `upload`, the last with `done`. Its kind is read from its bytes. An unfinished upload belongs to its connection (over HTTP to the token): it is dropped when that ends, after ten minutes without a piece, or after one minute when others need its place.',
    effect: 'writes',
    scope: 'send',
    since: '0.1.0',
    params: () =>
      record({
        upload: reference(
          'The `upload` that the first piece returned. Left out with the first piece.',
        ).optional(),
        offset: z
          .int()
          .min(0)
          .optional()
          .describe('Where this piece begins, in bytes: the size so far; 0 when left out.'),
        data: base64(),
        done: z.boolean().optional().describe('True with the last piece; false when left out.'),
        name: z
          .string()
          .min(1)
          .max(255)
          .optional()
          .describe('The file name that people see. It goes with the first piece.'),
      }),
    result: () =>
      record({
        upload: z.string().describe('The id of the upload, which the next piece takes.'),
        size: z.int().describe('The size so far, in bytes: the `offset` of the next piece.'),
        file: fileSchema.nullable().describe('The file. Null until the last piece.'),
      }),
    faults: ['no_such_media', 'media_too_large', 'disk_full'],
    example: {
      params: { data: 'JVBE', name: 'offer.pdf', done: true },
      result: { upload: 'u-000000000000000000000000', size: 3, file: example },
    },
  }),
  'media.read': method({
    name: 'media.read',
    does: 'A piece of a file that was uploaded or fetched, 512 KiB at most. `end` marks the last one.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () =>
      record({
        id: reference('The id of a file.'),
        offset: z.int().min(0).describe('Where to begin, in bytes.'),
        length: z
          .int()
          .min(1)
          .max(CHUNK_BYTES)
          .optional()
          .describe(`How many bytes to return at most; ${CHUNK_BYTES} when left out.`),
      }),
    result: () =>
      record({
        id: z.string().describe('The id of the file.'),
        offset: z.int().describe('Where the piece begins, in bytes.'),
        data: z.string().describe('The bytes of the piece in base64.'),
        size: z.int().describe('Size of the whole file in bytes.'),
        mimetype: z.string().describe('The media type, read from its bytes or declared by its sender.'),
        name: z.string().nullable().describe('The file name. Null without one.'),
        end: z.boolean().describe('True when nothing follows this piece.'),
      }),
    faults: ['no_such_media'],
    example: {
      params: { id: FILE, offset: 0 },
      result: { ...example, offset: 0, data: 'JVBE', end: true },
    },
  }),
  'media.fetch': method({
    name: 'media.fetch',
    does: 'Fetches the file of a message, keeps it, and returns the `id` to read it by. A file that has expired at WhatsApp is requested from the phone.',
    effect: 'reads',
    scope: 'read',
    since: '0.1.0',
    params: () => record({ id: messageRef() }),
    result: () => fileSchema,
    faults: [...LOOK_FAULTS, ...NAMED_FAULTS, 'no_such_media', 'media_gone', 'media_too_large', 'disk_full'],
    example: { params: { id: 'false_15550002222@c.us_3AEB0C0FFEE012345678' }, result: example },
  }),
  'media.transcribe': method({
    name: 'media.transcribe',
    does: 'Turns one recorded voice message into text with the program of `[transcribe]`, whatever its age, and reports the text as an event `message.transcript` as well. One program runs at a time, so the answer may take minutes. When the caller goes, the program is killed, and nothing is reported.',
    effect: 'reads',
    scope: 'operate',
    since: '0.2.0',
    params: () => record({ id: messageRef() }),
    result: () =>
      record({
        ...messageName(),
        text: z.string().nullable().describe('What was said. Null when there is an `error`.'),
        language: z.string().nullable().describe('Null: the program does not tell.'),
        error: transcriptErrorSchema.nullable().describe('Why there is no text. Null when there is one.'),
      }),
    faults: [
      ...LOOK_FAULTS,
      ...NAMED_FAULTS,
      'no_such_media',
      'media_gone',
      'media_too_large',
      'tool_missing',
      'disk_full',
    ],
    example: {
      params: { id: 'false_15550002222@c.us_3AEB0C0FFEE012345678' },
      result: {
        key: 'false_15550002222@c.us_3AEB0C0FFEE012345678',
        messageId: '3AEB0C0FFEE012345678',
        chatId: '15550002222@c.us',
        text: 'See you at nine.',
        language: null,
        error: null,
      },
    },
  }),
};
