// whatsapp-web.js as its README has it, for bench/ready.mjs to compare with: a saved session, no daemon. Prints "qr" and
// "ready" when they come, and ends when its stdin does.
//   node bench/bare.mjs FOLDER BROWSER
import wweb from 'whatsapp-web.js';

const [dataPath, executablePath] = process.argv.slice(2);
const client = new wweb.Client({
  authStrategy: new wweb.LocalAuth({ dataPath }),
  puppeteer: { executablePath, args: process.getuid() === 0 ? ['--no-sandbox'] : [] },
  webVersionCache: { type: 'none' },
});
client.on('qr', () => console.log('qr'));
client.on('ready', () => console.log('ready'));
process.stdin.on('end', async () => {
  await client.destroy();
  process.exit(0);
});
process.stdin.resume();
await client.initialize();
