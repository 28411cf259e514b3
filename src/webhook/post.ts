// Sends a POST and reads the status of its answer. The body is read, within limits of time and size, only so that the
// connection can be reused. Redirects are not followed.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Fault } from '../protocol/fault.js';

export interface Answer {
  /** 0: there was no answer. */
  readonly status: number;
  /** The error in one sentence, without text of the receiver; null when it accepted the request. */
  readonly says: string | null;
  readonly retryAfterMs: number;
}

export interface PosterOptions {
  readonly url: URL;
  readonly lookup: LookupFunction;
  /** How long to wait for the status. */
  readonly timeoutMs: number;
  /** How long to read the body after it. Then the connection is dropped, and the status still counts. */
  readonly bodyMs?: number;
}

const MAX_BODY_BYTES = 64 * 1024;
const BODY_MS = 1_000;

/** Posts to one receiver over a keep-alive connection. The caller closes it. */
export class Poster {
  readonly #options: PosterOptions;
  readonly #agent: HttpAgent;

  constructor(options: PosterOptions) {
    this.#options = options;
    const keep = { keepAlive: true, maxSockets: 2, maxFreeSockets: 1 };
    this.#agent = options.url.protocol === 'https:' ? new HttpsAgent(keep) : new HttpAgent(keep);
  }

  /** Never rejects. @param signal aborts the request; without a status, the outcome is unknown then */
  post(body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    const { url, lookup, timeoutMs, bodyMs = BODY_MS } = this.#options;
    const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
    // Not AbortSignal.any over AbortSignal.timeout: in Node 20 the joined signal holds its sources weakly, and after a
    // collection the time-out never comes.
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const timer = setTimeout(end, timeoutMs);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    const answer = new Promise<Answer>((resolve) => {
      const asked = ask(url, {
        method: 'POST',
        agent: this.#agent,
        lookup,
        signal: ending.signal,
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      });
      // Final as soon as there is a status: a later error of the connection does not change it.
      let verdict: Answer | null = null;
      asked.on('error', (error: NodeJS.ErrnoException) =>
        resolve(verdict ?? failed(error, signal, timeoutMs)),
      );
      asked.on('response', (response: IncomingMessage) => {
        const answer = answered(response);
        verdict = answer;
        readOut(response, bodyMs).then(() => resolve(answer));
      });
      // Node raises 'upgrade' instead of 'response' for status 101. Without a listener the promise would never settle.
      asked.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(answered(response));
      });
      asked.end(body);
    });
    return answer.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Resolves when the body has ended or has been dropped. Never rejects. */
function readOut(response: IncomingMessage, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const late = setTimeout(() => response.destroy(), withinMs);
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) response.destroy();
    });
    // A connection that breaks here does not change the answer.
    response.on('error', () => undefined);
    response.on('close', () => {
      clearTimeout(late);
      resolve();
    });
  });
}

function answered({ statusCode: status = 0, headers }: IncomingMessage): Answer {
  const taken = status >= 200 && status < 300;
  const seconds = Number(headers['retry-after']);
  const why = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
  return {
    status,
    says: taken ? null : `the receiver answered ${status}${why}`,
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0,
  };
}

function failed(error: NodeJS.ErrnoException, signal: AbortSignal, timeoutMs: number): Answer {
  const says =
    error instanceof Fault
      ? error.message
      : signal.aborted
        ? 'given up'
        : error.name === 'TimeoutError' || error.cause instanceof DOMException || error.code === 'ABORT_ERR'
          ? `no answer within ${timeoutMs} ms`
          : `no connection (${error.code ?? error.name})`;
  return { status: 0, says, retryAfterMs: 0 };
}
