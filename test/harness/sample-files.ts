/** Small files of each kind that can be sent. */

/** A PNG of one pixel, in base64. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const PNG = Buffer.from(PIXEL, 'base64');
export const FILM = Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42'), Buffer.alloc(100_000, 1)]);
export const OGG = Buffer.concat([
  Buffer.from('OggS'),
  Buffer.alloc(24),
  Buffer.from('OpusHead'),
  Buffer.alloc(400, 7),
]);

export const FILES = {
  'dot.png': PNG,
  'film.mp4': FILM,
  'note.ogg': OGG,
  'table.csv': Buffer.from('one,two\n1,2\n'),
};
