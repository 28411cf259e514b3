// The forwarder: an HTTP proxy on a random port of 127.0.0.1 that passes everything on to the proxy of the account, with
// its user and password, which Chromium takes neither from its command line nor without a listener for every request of
// the page (decision 016). It serves processes of this user only (peer.ts, decision 021).
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { ProxyCause } from '../protocol/proxy.js';
import { type Answer, causeOf } from './outcome.js';
import { isOwnPeer } from './peer.js';
import type { Upstream } from './upstream.js';

export interface Forwarder {
  /** Of 127.0.0.1. */
  readonly port: number;
  /**
   * Asks the proxy for a connection to `target`, through this forwarder, and closes it.
   * @param target `host:port`, which the proxy resolves
   * @returns null when the proxy connected us
   */
  check(target: string, signal: AbortSignal): Promise<ProxyCause | null>;
  /** As `check`, but returns the connection. The caller destroys it. @throws Error with the cause as its message */
  connect(target: string, signal: AbortSignal): Promise<Socket>;
  /** Ends all connections. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** @param isOwn whether a connection comes from a process of this user */
export async function openForwarder(
  { url }: Upstream,
  isOwn: (socket: Socket) => Promise<boolean> = isOwnPeer,
): Promise<Forwarder> {
  const { RequestError, Server } = await import('./chain.js');
  const server = new Server({
    host: HOST,
    port: 0,
    async prepareRequestFunction({ request: { socket } }) {
      if (!(await isOwn(socket))) throw new RequestError('This proxy is for another user.', 403);
      return { upstreamProxyUrl: url };
    },
  });
  // Errors of single requests are answered; without a listener they would also be printed.
  server.on('error', () => undefined);
  await server.listen();
  const { port } = server;
  const connect = async (target: string, signal: AbortSignal): Promise<Socket> => {
    const { socket, ...answer } = await tunnel(port, target, signal);
    const cause = causeOf(answer);
    if (cause === null) return socket;
    socket.destroy();
    throw new Refused(cause);
  };
  return {
    port,
    connect,
    async check(target, signal) {
      try {
        (await connect(target, signal)).destroy();
        return null;
      } catch (error) {
        return error instanceof Refused ? error.proxyCause : 'unreachable';
      }
    },
    close: () => server.close(true),
  };
}

/** The proxy did not connect us. */
export class Refused extends Error {
  constructor(readonly proxyCause: ProxyCause) {
    super(proxyCause);
  }
}

/** Resolves with any answer. @throws Error when there is none */
function tunnel(port: number, path: string, signal: AbortSignal): Promise<Answer & { socket: Socket }> {
  return new Promise((resolve, reject) => {
    const asking: ClientRequest = request({
      host: HOST,
      port,
      method: 'CONNECT',
      path,
      agent: false,
      signal,
    });
    const answered = ({ statusCode = 0, statusMessage = '' }: IncomingMessage, socket: Socket): void => {
      socket.on('error', () => undefined);
      resolve({ status: statusCode, phrase: statusMessage, socket });
    };
    asking.once('connect', answered);
    asking.once('error', reject);
    asking.end();
  });
}
