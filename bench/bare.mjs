// whatsapp-web.js as in its README, for comparison in the benches: a saved session and no daemon. Prints "qr"
// and "ready" when they happen, and ends when its stdin does. A line on stdin is a JSON object:
//   {"chats": [ID, …], "each": N, "text": T, "options": {…}}
// It sends N texts to each chat, to all chats at the same time, one at a time in each, and prints {"text",
// "ms"} after the last one. Prints {"heard": BODY, "at": MS} for each received message; MS is milliseconds
// since 1970.
//   node bench/bare.mjs FOLDER BROWSER [SWITCH...]
import { createInterface } from 'node:readline';
import wweb from 'whatsapp-web.js';

const [dataPath, executablePath, ...switches] = process.argv.slice(2);
const client = new wweb.Client({
  authStrategy: new wweb.LocalAuth({ dataPath }),
  puppeteer: { executablePath, args: [...(process.getuid() === 0 ? ['--no-sandbox'] : []), ...switches] },
  webVersionCache: { type: 'none' },
});
const say = (what) => console.log(JSON.stringify(what));
client.on('qr', () => console.log('qr'));
client.on('ready', () => console.log('ready'));
client.on('message', ({ body }) => say({ heard: body, at: performance.timeOrigin + performance.now() }));
const asked = createInterface({ input: process.stdin });
asked.on('line', async (line) => {
  const { chats, each, text, options } = JSON.parse(line);
  const startedAt = performance.now();
  await Promise.all(
    chats.map(async (chat) => {
      for (let n = 0; n < each; n += 1) await client.sendMessage(chat, `${text} ${n}`, options);
    }),
  );
  say({ text, ms: performance.now() - startedAt });
});
asked.on('close', async () => {
  await client.destroy();
  process.exit(0);
});
await client.initialize();
