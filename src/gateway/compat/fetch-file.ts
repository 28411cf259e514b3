// Fetches the file at a url that a caller of the gateway names. It connects to public addresses only (SSRF). The check is made
// for each connection, on the address itself, so neither a name that changes its address nor a redirect gets around it. A
// connection to a public address of this machine is closed before anything is sent. A public address that leads back here by
// translation (NAT), and that of a neighbour, cannot be recognised.
import { lookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { MAX_FILE_BYTES } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import { reachOf } from '../../webhook/special-address.js';

/** For all redirects together, until the last byte. */
const TIMEOUT_MS = 60_000;
const MAX_REDIRECTS = 3;
const MAX_URL = 4096;

export interface FetchOptions {
  /** True for an address that may be connected to; default: public ones. */
  readonly allows?: (address: string) => boolean;
  /** Connects also to an address of this machine, if it is one of those; default: no. */
  readonly allowsOwn?: boolean;
  /** Ends the fetch, with its reason: the request that it is for has ended. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

const isPublic = (address: string): boolean => reachOf(address) === 'public';

/**
 * Yields the bytes as they arrive. The connection is closed when the caller stops reading.
 * @throws Fault invalid_params: not a url with http or https, or an address that is not public, or of this machine.
 * not_fetched: the other side failed or took too long. media_too_large. The reason of the signal
 */
export async function* fetchFile(
  text: string,
  {
    allows = isPublic,
    allowsOwn = false,
    signal,
    timeoutMs = TIMEOUT_MS,
    maxBytes = MAX_FILE_BYTES,
  }: FetchOptions = {},
): AsyncGenerator<Uint8Array> {
  // Not AbortSignal.any: in Node 20 it holds its sources weakly, so the time-out might never fire.
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const timer = setTimeout(end, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  let response: IncomingMessage | undefined;
  try {
    signal?.throwIfAborted();
    response = await follow(
      checked(text, allows),
      { allows, allowsOwn, signal: ending.signal },
      MAX_REDIRECTS,
    );
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new Fault('media_too_large', {
          reason: `A file has ${maxBytes} bytes at most.`,
          outcome: 'none',
        });
      yield chunk;
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof Fault) throw error;
    const reason = ending.signal.aborted ? `it took more than ${timeoutMs} ms` : wordsOf(error);
    throw new Fault('not_fetched', { reason: `The file at the url could not be fetched: ${reason}.` });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    response?.destroy();
  }
}

const wordsOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code ?? 'no connection');

type Limits = Required<Pick<FetchOptions, 'allows' | 'allowsOwn' | 'signal'>>;

async function follow(url: URL, limits: Limits, redirects: number): Promise<IncomingMessage> {
  const { allows } = limits;
  const response = await get(url, limits);
  const { statusCode: status = 0, headers } = response;
  if (status === 200) return response;
  response.destroy();
  if (status < 300 || status >= 400 || headers.location === undefined)
    throw answered(`the answer was ${status}`);
  if (redirects === 0) throw answered('too many redirects');
  const next = URL.canParse(headers.location, url.href) ? new URL(headers.location, url.href).href : '';
  return follow(checked(next, allows), limits, redirects - 1);
}

const answered = (what: string): Fault =>
  new Fault('not_fetched', { reason: `The file at the url could not be fetched: ${what}.` });

function get(url: URL, { allows, allowsOwn, signal }: Limits): Promise<IncomingMessage> {
  const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    // A connection of its own: one that is kept could have been made under another check.
    ask(url, { agent: false, lookup: guarded(allows), signal, headers: { Accept: '*/*' } })
      .on('socket', (socket) => {
        // First, so that neither the request nor a TLS handshake has been sent.
        if (!allowsOwn) socket.prependOnceListener('connect', () => refuseOwn(socket));
      })
      .on('response', resolve)
      .on('upgrade', (_, socket) => {
        socket.destroy();
        reject(answered('the answer was 101'));
      })
      .on('error', reject)
      .end();
  });
}

/** A machine connects to an address of its own from the same address. */
function refuseOwn(socket: Socket): void {
  if (socket.localAddress === socket.remoteAddress)
    socket.destroy(refused('its address is one of this machine'));
}

/** @throws Fault invalid_params */
function checked(text: string, allows: (address: string) => boolean): URL {
  if (text.length > MAX_URL || !URL.canParse(text)) throw refused('it is not a url');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('only http and https are fetched');
  if (url.username !== '' || url.password !== '') throw refused('it contains a password');
  // For an address in the url, Node does not call the lookup.
  const address = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && !allows(address)) throw refused('its address is not public');
  return url;
}

const refused = (why: string): Fault =>
  new Fault('invalid_params', { reason: `The file at the url is not fetched: ${why}.`, hint: null });

/** All addresses of a name must be allowed, because we do not choose which of them is used. */
const guarded =
  (allows: (address: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      if (!found.every(({ address }) => allows(address)))
        return callback(refused('its address is not public'), []);
      if (options.all) return callback(null, found);
      const [first = { address: '', family: 0 }] = found;
      callback(null, first.address, first.family);
    });
  };
