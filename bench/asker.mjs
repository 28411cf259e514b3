// A client of the daemon for bench/send.mjs, in a separate thread so that it takes no time of the
// simulator's. It sends texts to chats on command, and reports each received message with its time, in
// milliseconds since 1970. With `serial` it waits for the server's ack of each message before it sends the
// next; otherwise it queues all messages of a chat first.
import { parentPort, workerData } from 'node:worker_threads';
import { Client } from '../build/src/socket/client.js';

const { socket, chats: most } = workerData;
const limit = { timeoutMs: 60_000 };
const now = () => performance.timeOrigin + performance.now();
const hears = await Client.connect(socket);
hears.onEvent(({ data }) => {
  if (data.fromMe === false) parentPort.postMessage({ heard: data.body, at: now() });
});
await hears.request('events.subscribe', { types: ['message'] });
// One client for each chat, because one message is in flight in each.
const clients = await Promise.all(Array.from({ length: most }, () => Client.connect(socket)));

/** Resolves when the server has all messages. */
async function sendTo(client, to, { each, text, serial }) {
  for (let n = 0; n < each; n += 1) {
    const { id } = await client.request('message.send', { to, text: `${text} ${n}` });
    if (serial || n === each - 1) await client.request('message.wait', { id, timeoutMs: 60_000 }, limit);
  }
}

parentPort.on('message', async ({ chats, ...rest }) => {
  if (chats === undefined) {
    for (const client of [hears, ...clients]) await client.close();
    parentPort.close();
    return;
  }
  const startedAt = performance.now();
  await Promise.all(chats.map((to, i) => sendTo(clients[i], to, rest)));
  parentPort.postMessage({ text: rest.text, ms: performance.now() - startedAt });
});
parentPort.postMessage({ up: true });
