// Writes an archive: a tar, compressed with gzip, then encrypted with age. So `age -d FILE | tar tz` reads it as well. Nothing
// is held in memory as a whole. Node 20 has no zstd.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { createGzip } from 'node:zlib';
import { pack as packTar } from 'tar-stream';
import { MANIFEST, type Manifest, writeManifest } from './manifest.js';
import { encrypterOf, type Seal } from './seal.js';

export interface PackedFile {
  /** Its name in the archive. */
  readonly name: string;
  readonly path: string;
  /** Bytes. The file must not change until it is packed. */
  readonly size: number;
}

/** Called with the bytes of files as they are copied, and with the total. */
export type OnBytes = (bytes: number, total: number | null) => void;

/**
 * The bytes of the archive. They end only when every file was read to its end; else the stream fails with the reason.
 * A reader that gives up destroys the stream.
 */
export async function pack(
  files: readonly PackedFile[],
  { manifest, seal, onBytes }: { manifest: Manifest; seal: Seal; onBytes?: OnBytes },
): Promise<Readable> {
  // Nothing begins before the package is there.
  const encrypter = await encrypterOf(seal);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const tar = packTar();
  const put = (name: string, size: number, content: Readable): Promise<void> =>
    pipeline(content, tar.entry({ name, size, mode: 0o600 }));
  async function* counted(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of content) {
      onBytes?.(piece.length, bytes);
      yield piece;
    }
  }
  const filled = (async () => {
    const text = writeManifest({ ...manifest, files: files.length, bytes });
    await put(MANIFEST, text.length, Readable.from([text]));
    for (const { name, path, size } of files)
      await put(name, size, Readable.from(counted(createReadStream(path))));
    tar.finalize();
  })();
  filled.catch((error) => tar.destroy(error));
  const compressed = (tar as unknown as Readable).pipe(createGzip());
  tar.on('error', (error) => compressed.destroy(error));
  // Not Readable.toWeb: in Node.js 20 it throws, uncaught, when the stream ends while its reader gives up.
  const encrypted = await encrypter.encrypt(
    ReadableStream.from(compressed) as unknown as globalThis.ReadableStream<Uint8Array>,
  );
  const sealed = Readable.fromWeb(encrypted as unknown as ReadableStream);
  // Ends the reading of files as well: a tar that nobody reads would wait for ever.
  sealed.once('close', () => tar.destroy());
  return sealed;
}
