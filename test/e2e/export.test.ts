/** A chat is exported with its files; a run continues where another one was killed, and the next one adds what is new. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Line } from '../../src/cli/export/line.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { PNG } from '../harness/sample-files.js';
import { startWactl } from '../harness/wactl.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const LONG = { timeoutMs: 120_000 };
const EVIL = '<script>alert(1)</script>\u202e"';

t.test('a chat is exported with its files, also after kill -9, and then only what is new', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-10', knobs: { chatIds: 'lid' } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222', pushname: EVIL, known: false });
  const bruno = sim.createContact({ number: '15550003333', name: 'Bruno' });
  const now = Math.floor(Date.now() / 1_000);
  for (let n = 0; n < 420; n++) await ana.send(`m${n}`, { malformed: { t: now - 5_000 + n } });
  const wad = await home.start();
  await wad.link(phone);
  const picture = await ana.sendMedia({ bytes: PNG, mimetype: 'image/png', caption: EVIL });
  const page = { bytes: Buffer.from('<script>1</script>'), mimetype: 'text/html', filename: '../../x.html' };
  const document = await ana.sendMedia(page);
  const lost = await ana.sendMedia({ bytes: Buffer.from('lost'), mimetype: 'application/pdf' });
  await wad.event('message', ({ messageId }) => messageId === lost);
  await sim.set('phoneReuploads', false);
  sim.media.expire(String(phone.received.find(({ id }) => id === lost)?.extra?.directPath));
  const reply = await wad.request('message.send', { to: ana.number, text: 'yes', replyTo: picture });
  await wad.request('message.wait', { id: reply.id }, LONG);

  const to = join(home.tmp, 'out');
  const names = () => (existsSync(to) ? readdirSync(to) : []);
  const chat = () => join(to, names().find((name) => /@/.test(name)) ?? 'none');
  const lines = (): Line[] =>
    readFileSync(join(chat(), 'messages.jsonl'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const args = ['export', ana.number, '--media', '--to', to];

  const first = startWactl(args, { socket: home.socket, ...LONG });
  const isReading = () => ['.reading.jsonl', 'messages.jsonl'].some((name) => existsSync(join(chat(), name)));
  await eventually(isReading, 'something was read', LONG.timeoutMs);
  first.child.kill('SIGKILL');
  await first.end;
  if (existsSync(join(chat(), 'messages.jsonl'))) t.ok(lines().length > 0, 'what has its name is whole');

  const second = await wad.wactl(args, LONG);
  t.match(second, { code: 1, stdout: /1 chat, 424 messages .*, 2 files, 1 missing/ }, second.stderr);
  t.match(second.stderr, /does not have the file any more/);
  const all = lines();
  t.same(
    all.slice(0, 420).map(({ body }) => body),
    Array.from({ length: 420 }, (_, n) => `m${n}`),
    'each once, in order',
  );
  const at = (id: string) => all.find(({ messageId }) => messageId === id);
  const pathOf = (id: string): string => {
    const file = at(id)?.file ?? null;
    return file !== null && 'path' in file ? file.path : 'none';
  };
  t.match(pathOf(picture), /^media\/[0-9a-f]{32}\.png$/);
  t.match(pathOf(document), /^media\/[0-9a-f]{32}\.bin$/, 'a page is not a page in an export');
  t.same(readFileSync(join(chat(), pathOf(picture))), PNG);
  t.match(at(lost)?.file, { missing: 'media_gone' });
  t.match(at(reply.messageId), { replyTo: picture, fromMe: true });
  for (const name of ['messages.jsonl', 'messages.html', pathOf(picture)])
    t.equal(statSync(join(chat(), name)).mode & 0o777, 0o600, name);
  const html = readFileSync(join(chat(), 'messages.html'), 'utf8');
  t.notMatch(html, /<script|\u202e|(?:src|href)="(?!media\/[0-9a-f]{32}\.|#m-)/);
  t.match(html, /<a class="quote" href="#m-/);
  t.match(html, `<img src="${pathOf(picture)}"`);

  await ana.send('new');
  await wad.event('message', ({ body }) => body === 'new');
  t.match(await wad.wactl(args, LONG), { code: 0, stdout: /425 messages \(1 new\), 2 files\n/ });
  t.equal(lines().at(-1)?.body, 'new');

  await bruno.send('hello');
  await wad.event('message', ({ body }) => body === 'hello');
  const every = await wad.wactl(['-o', 'json', 'export', '--all', '--to', to], LONG);
  t.equal(every.code, 0, every.stderr);
  t.match(JSON.parse(every.stdout).chats.length, 2);
  t.match(readFileSync(join(to, 'index.html'), 'utf8'), />Bruno<|<bdi>Bruno<\/bdi>/);
  await wad.stop();
});
