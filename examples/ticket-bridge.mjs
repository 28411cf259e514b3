// Connects WhatsApp and a ticket system over HTTP, in both directions:
//   - Each message from a person becomes POST $TICKETS_URL with {id, contact, name, text, at}. It is repeated
//     until the answer is 2xx, always with the same Idempotency-Key.
//   - POST http://127.0.0.1:$BRIDGE_PORT/replies with {id, contact, text} becomes a message. The answer is 202
//     when the message is on disk. Repeating the same id sends one message.
// Both directions survive a crash of the bridge, the daemon or the ticket system.
//   TICKETS_URL=https://tickets.example/api/inbox BRIDGE_PORT=8090 node examples/ticket-bridge.mjs
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, Fault } from 'wactl';

const { TICKETS_URL: tickets, BRIDGE_PORT: port = '8090' } = process.env;
if (!tickets) {
  console.error('TICKETS_URL is where new messages are posted');
  process.exit(64);
}
const POST_MS = 10_000;
const LONGEST_PAUSE_MS = 60_000;

const stop = new AbortController();
const { signal } = stop;
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort());

const account = await connect();

/** Resolves when the ticket system has accepted the ticket. Rejects when the program must stop. */
async function post(ticket) {
  for (let pauseMs = 1_000; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      const response = await fetch(tickets, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': ticket.id },
        body: JSON.stringify(ticket),
        signal: AbortSignal.any([signal, AbortSignal.timeout(POST_MS)]),
      });
      if (response.ok) return;
      console.error(`${ticket.id}: the ticket system answered ${response.status}`);
    } catch (error) {
      signal.throwIfAborted();
      console.error(`${ticket.id}: ${error.cause?.message ?? error.message}`);
    }
    await delay(pauseMs, undefined, { signal });
  }
}

async function inbound() {
  for await (const { type, data } of account.follow({ consumer: 'tickets', types: ['message'], signal })) {
    if (type !== 'message' || data.fromMe || !/@(c\.us|lid)$/.test(data.chatId)) continue;
    const { name, phone } = await account.contact.get({ contact: data.chatId }).catch(() => ({}));
    await post({ id: data.key, contact: phone ?? data.chatId, name, text: data.body, at: data.timestamp });
    console.log(`ticket ${data.key}`);
  }
}

/** Returns HTTP status and body for one reply. */
async function reply({ id, contact, text }) {
  if (![id, contact, text].every((word) => typeof word === 'string' && word !== ''))
    return [400, { error: 'id, contact and text are needed' }];
  try {
    return [202, await account.message.send({ to: contact, text, key: `ticket-${id}` })];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { data } = error.toWire();
    return [data.retryable ? 503 : 422, { error: data.kind, reason: data.reason }];
  }
}

const server = createServer(async (request, response) => {
  let answer = [404, { error: 'POST /replies is all there is' }];
  try {
    if (request.method === 'POST' && request.url === '/replies') answer = await reply(await json(request));
  } catch (error) {
    answer = error instanceof SyntaxError ? [400, { error: 'not JSON' }] : [503, { error: error.message }];
  }
  const [status, body] = answer;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
// Every client that reaches this port may send, so it listens on this machine only.
server.listen(Number(port), '127.0.0.1', () => console.log(`bridge on ${server.address().port}`));
try {
  await inbound();
} catch (error) {
  if (!signal.aborted) throw error;
} finally {
  server.close();
  await account.close();
}
