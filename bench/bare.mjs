// whatsapp-web.js as its README has it, for the benches to compare with: a saved session, no
// daemon. Prints "qr" and "ready" when they come, and ends when its stdin does. A line on stdin is a JSON object:
//   {"chats": [ID, …], "each": N, "text": T, "options": {…}}   sends N texts to each chat, one at a time in each, all
//                                                 chats side by side; prints {"text", "ms"} when all have resolved
// Of each message that comes in it prints {"heard": BODY, "at": MS}, milliseconds since 1970.
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
