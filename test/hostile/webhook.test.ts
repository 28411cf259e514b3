// Malicious webhook receivers against a daemon, over a real store and real connections.

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { loadConfig } from '../../src/config/load.js';
import { Feed } from '../../src/daemon/events/feed.js';
import { Webhooks } from '../../src/daemon/events/webhooks.js';
import { openStore } from '../../src/store/open.js';
import { madeUp } from '../harness/made-up-event.js';
import { keepLog } from '../harness/server.js';

t.test('a receiver whose 200 never ends gets each event once', async (t) => {
  const posted: string[] = [];
  const sockets = new Set<Socket>();
  let reported = (): void => undefined;
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    let drip: NodeJS.Timeout | undefined;
    let text = '';
    socket.on('close', () => clearInterval(drip));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const id = /^webhook-id: (.+)\r$/m.exec(text)?.[1];
      if (id === undefined || !text.endsWith('}') || drip !== undefined) return;
      posted.push(id);
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      drip = setInterval(() => socket.write('1\r\nx\r\n'), 5);
      reported();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stateDir = await mkdtemp(join(tmpdir(), 'wad-hostile-webhook-'));
  const { port } = server.address() as { port: number };
  const env = { WAD_WEBHOOK_CRM_URL: `http://127.0.0.1:${port}/` };
  const { config } = loadConfig({
    ...{ account: 'shop', stateDir, configFiles: [], env, cwd: stateDir, home: stateDir },
  });
  const log = keepLog();
  const store = openStore({ directory: stateDir });
  const feed = new Feed({ account: 'shop', store, log });
  const webhooks = await Webhooks.open({
    ...{ config: config.webhook, feed, store, log, secretIsNamed: () => false },
    context: () => ({ account: 'shop', version: '1.2.3', me: null }),
  });
  t.teardown(async () => {
    await webhooks.close();
    store.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await rm(stateDir, { recursive: true, force: true });
  });
  for (const n of [0, 1, 2]) feed.append('message', madeUp({ n }));
  while (posted.length < 3) await new Promise<void>((resolve) => (reported = resolve));
  await feed.settled();
  while (webhooks.list()[0]?.behind !== 0) await new Promise((resolve) => setImmediate(resolve));
  t.equal(new Set(posted).size, 3);
  t.equal(posted.length, 3, 'no event is posted again');
  t.match(webhooks.list(), [{ behind: 0, dead: 0, lastError: null }]);
  t.notOk(log.lines.some(({ event }) => event === 'webhook.failed'));
});
