// One POST and what came of it. Bounded in time and in what is read; never follows a redirect.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Fault } from '../protocol/fault.js';

export interface Answer {
  /** 0: there was none. */
  readonly status: number;
  /** In one sentence; null when it was taken. No text of the receiver's is in it. */
  readonly says: string | null;
  readonly retryAfterMs: number;
}

export interface PosterOptions {
  readonly url: URL;
  readonly lookup: LookupFunction;
  readonly timeoutMs: number;
}

/** More of an answer than this is of no interest. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Keeps a connection to one receiver. The holder closes it. */
export class Poster {
  readonly #options: PosterOptions;
  readonly #agent: HttpAgent;

  constructor(options: PosterOptions) {
    this.#options = options;
    const keep = { keepAlive: true, maxSockets: 2, maxFreeSockets: 1 };
    this.#agent = options.url.protocol === 'https:' ? new HttpsAgent(keep) : new HttpAgent(keep);
  }

  /** Never rejects. @param signal gives it up; whether it was taken is not known then */
  post(body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    const { url, lookup, timeoutMs } = this.#options;
    const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const asked = ask(url, {
        ...{ method: 'POST', agent: this.#agent, lookup, signal: bounded },
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      });
      asked.on('error', (error: NodeJS.ErrnoException) => resolve(failed(error, signal, timeoutMs)));
      asked.on('response', (response: IncomingMessage) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) response.destroy();
        });
        // Whatever became of the rest, the status was said.
        response.on('error', () => {});
        response.on('close', () => resolve(answered(response)));
      });
      asked.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function answered({ statusCode: status = 0, headers }: IncomingMessage): Answer {
  const taken = status >= 200 && status < 300;
  const seconds = Number(headers['retry-after']);
  const why = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
  return {
    ...{ status, says: taken ? null : `the receiver answered ${status}${why}` },
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
