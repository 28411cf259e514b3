// A webhook receiver for the trial: appends each posted event to a file, one a line.
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Ends with the process. @returns the URL to post to */
export async function receiveWebhooks(file: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => null);
    if (body === null) return;
    await appendFile(file, `${body}\n`);
    response.writeHead(204).end();
  });
  server.unref().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
