/**
 * The server's store of encrypted media, by path. It never has a key, like the real one. An expired path is
 * answered with 410 until the file is uploaded again.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export class MediaStore {
  readonly #blobs = new Map<string, Buffer>();
  readonly #expired = new Set<string>();

  /** Stores the bytes, and returns the direct path. */
  put(bytes: Buffer): string {
    const path = `/media/${createHash('sha256').update(bytes).digest('base64url')}`;
    this.#blobs.set(path, bytes);
    this.#expired.delete(path);
    return path;
  }

  get(path: string): Buffer | undefined {
    return this.#expired.has(path) ? undefined : this.#blobs.get(path);
  }

  /** Makes an expired path available again; false for an unknown path. */
  restore(path: string): boolean {
    this.#expired.delete(path);
    return this.#blobs.has(path);
  }

  expire(path: string): void {
    this.#expired.add(path);
  }

  clear(): void {
    this.#blobs.clear();
    this.#expired.clear();
  }

  answer(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (request.method === 'POST') {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const directPath = this.put(Buffer.concat(parts));
        const body = JSON.stringify({
          url: `https://web.whatsapp.com${directPath}`,
          direct_path: directPath,
        });
        response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      });
      return;
    }
    const bytes = this.get(path);
    if (bytes) response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes);
    else response.writeHead(this.#blobs.has(path) ? 410 : 404).end();
  }
}
