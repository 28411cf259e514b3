import { z } from 'zod';
import { LOOK_FAULTS, NAMED_FAULTS } from '../act-faults.js';
import { CHUNK_BYTES } from '../content.js';
import { method } from '../method.js';
import { record, reference } from '../schema.js';

export const fileSchema = record({
  id: z.string(),
  mimetype: z.string(),
  name: z.string().nullable(),
  size: z.int(),
});
const FILE = `f-${'0'.repeat(40)}`;
const example = { id: FILE, mimetype: 'application/pdf', name: 'offer.pdf', size: 3 };
const base64 = () =>
  z
    .string()
    .max(Math.ceil(CHUNK_BYTES / 3) * 4)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/);

export const mediaMethods = {
  'media.put': method({
    name: 'media.put',
    does: 'Puts a file, in pieces of 512 KiB at most: the first without `upload`, the last with `done`. Its kind is read from its bytes. An unfinished upload belongs to its connection (over HTTP to whoever has the token): it is dropped when that ends, after ten minutes without a piece, or after one where others need its place.',
    effect: 'writes',
    since: '0.1.0',
    params: record({
      upload: reference('the id that the first piece answered').optional(),
      /** Where this piece begins: the size so far. */
      offset: z.int().min(0).optional(),
      data: base64(),
      done: z.boolean().optional(),
      /** For people to see; with the first piece. */
      name: z.string().min(1).max(255).optional(),
    }),
    result: record({ upload: z.string(), size: z.int(), file: fileSchema.nullable() }),
    faults: ['no_such_media', 'media_too_large', 'disk_full'],
    example: {
      params: { data: 'JVBE', name: 'offer.pdf', done: true },
      result: { upload: 'u-000000000000000000000000', size: 3, file: example },
    },
  }),
  'media.read': method({
    name: 'media.read',
    does: 'A piece of a file that was put or fetched, 512 KiB at most. `end`: nothing comes behind it.',
    effect: 'reads',
    since: '0.1.0',
    params: record({
      id: reference('the id of a file'),
      offset: z.int().min(0),
      length: z.int().min(1).max(CHUNK_BYTES).optional(),
    }),
    result: record({ id: z.string(), offset: z.int(), data: z.string(), end: z.boolean() }),
    faults: ['no_such_media'],
    example: {
      params: { id: FILE, offset: 0 },
      result: { id: FILE, offset: 0, data: 'JVBE', end: true },
    },
  }),
  'media.fetch': method({
    name: 'media.fetch',
    does: 'Fetches what a message carries, keeps it, and answers the file to read. The phone is asked for what has expired.',
    effect: 'reads',
    since: '0.1.0',
    params: record({ id: reference('a message') }),
    result: fileSchema,
    faults: [...LOOK_FAULTS, ...NAMED_FAULTS, 'no_such_media', 'media_gone', 'media_too_large', 'disk_full'],
    example: { params: { id: 'false_15550002222@c.us_3AEB0C0FFEE012345678' }, result: example },
  }),
};
