// The address that others see of the account: asks a page of the user's choice through the proxy. Only the doctor does so,
// and only on request.
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { isIP } from 'node:net';
import { connect as secure } from 'node:tls';
import type { Forwarder } from './forwarder.js';

/** An address is shorter; the rest is not read. */
const MAX_CHARS = 200;

/**
 * @param url a page that answers with an address as text, like `https://ifconfig.me/ip`
 * @throws Error with a sentence: no connection, or another answer than an address
 */
export async function outsideAddress(
  { connect }: Pick<Forwarder, 'connect'>,
  url: string,
  signal: AbortSignal,
): Promise<string> {
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === 'https:';
  const socket = await connect(`${hostname}:${port || (isSecure ? 443 : 80)}`, signal);
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asking = isSecure
        ? secureRequest(url, { signal, createConnection: () => secure({ socket, servername: hostname }) })
        : plainRequest(url, { signal, createConnection: () => socket });
      asking.once('response', resolve).once('error', reject).end();
    });
    const text = (await firstChars(answer)).trim();
    if (answer.statusCode !== 200 || isIP(text) === 0) throw new Error(`${url} answers with no address`);
    return text;
  } finally {
    socket.destroy();
  }
}

async function firstChars(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of answer.setEncoding('utf8')) {
    text += part;
    if (text.length > MAX_CHARS) break;
  }
  return text.slice(0, MAX_CHARS);
}
