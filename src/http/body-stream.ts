// Reads the body of a request as it arrives, for a file. Ends a body that stalls, is too long, or whose connection ends.
import type { IncomingMessage } from 'node:http';
import { Fault } from '../protocol/fault.js';

export interface BodyStreamOptions {
  readonly maxBytes: number;
  /** The longest time without a byte. */
  readonly stallMs: number;
  /** The longest time for the whole body. */
  readonly longestMs: number;
  /** Aborted with a Fault when the connection ends. */
  readonly closed: AbortSignal;
}

/**
 * The caller reads one piece after another; what it does not read stays with the peer.
 * @param begins called when the headers permit the body
 * @throws Fault unsupported_body, media_too_large, body_too_slow, connection_lost, shutting_down
 */
export async function* bodyStream(
  request: IncomingMessage,
  { maxBytes, stallMs, longestMs, closed }: BodyStreamOptions,
  begins: () => void = () => undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const { 'content-length': length, 'content-encoding': coding } = request.headers;
  if (coding !== undefined)
    throw new Fault('unsupported_body', { reason: 'a file must come without a Content-Encoding' });
  if (Number(length) > maxBytes) throw tooLarge(maxBytes);
  begins();
  const endsAtMs = performance.now() + longestMs;
  const iterator = request.iterator({ destroyOnReturn: false });
  let bytes = 0;
  let isPending = false;
  try {
    for (;;) {
      const waitMs = Math.min(stallMs, endsAtMs - performance.now());
      isPending = true;
      const { done, value } = await within(iterator.next(), waitMs, closed);
      isPending = false;
      if (done) return;
      const piece = value as Buffer;
      bytes += piece.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield piece;
    }
  } finally {
    // A generator that waits for a piece would first wait for that piece; it ends with the connection.
    if (!isPending) await iterator.return?.();
  }
}

/** @throws (rejects) Fault body_too_slow, connection_lost, and that of `closed` */
function within<T>(next: Promise<T>, ms: number, closed: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      closed.removeEventListener('abort', abort);
    };
    const fail = (error: unknown) => {
      end();
      reject(error);
    };
    const abort = () => fail(closed.reason);
    const timer = setTimeout(() => fail(new Fault('body_too_slow')), Math.max(0, ms));
    closed.addEventListener('abort', abort);
    if (closed.aborted) abort();
    next.then(
      (value) => {
        end();
        resolve(value);
      },
      (cause) => fail(new Fault('connection_lost', { outcome: 'none', cause })),
    );
  });
}

const tooLarge = (maxBytes: number): Fault =>
  new Fault('media_too_large', {
    reason: `A file has ${Math.floor(maxBytes / 2 ** 20)} MiB at most.`,
    outcome: 'none',
  });
