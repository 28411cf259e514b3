/**
 * Browser and daemon are killed (kill -9) while a hundred messages go out and are answered, on WhatsApp Web's own page: each message
 * arrives once. More rounds with WAD_ROUNDS.
 */
import t from 'tap';
import { Home } from '../harness/home.js';
import { signal } from '../harness/processes.js';
import type { Wad } from '../harness/wad.js';
import { lacksModules, RealWorld, startWad } from './world.js';

t.setTimeout(1_800_000);

const ROUNDS = Number(process.env.WAD_ROUNDS ?? 1);
const MESSAGES = 100;
/** After how many messages at Ana browser or daemon die. */
const KILLS = [
  [20, 'browser'],
  [50, 'daemon'],
  [80, 'browser'],
] as const;
/** No pauses between attempts that only a real network needs. */
const SHORT = { WAD_RECONNECT_DELAYS_MS: '100' };
const LONG = { timeoutMs: 600_000 };

for (let round = 1; round <= ROUNDS; round++)
  t.test(`each message arrives once (round ${round})`, { skip: lacksModules }, async (t) => {
    await using world = await RealWorld.start();
    await using home = await Home.make(world.site, { t });
    const { ana } = world;
    const first = await startWad(home);
    await first.link(world.phone);
    await first.stop();
    let wad = await startWad(home, { env: SHORT });
    await wad.until('ready');
    const since = await wad.mark();
    const texts = (from: string) => Array.from({ length: MESSAGES }, (_, n) => `${from} ${n}`);
    ana.autoReply = ({ body }) => body.replace(/^out/, 'in');
    for (const text of texts('out'))
      await wad.request('message.send', { to: ana.number, text, key: text }, { timeoutMs: 60_000 });
    for (const [count, victim] of KILLS) {
      await ana.waitForMessage(() => ana.received.length >= count, LONG);
      if (victim === 'browser') for (const pid of await home.browsers()) signal(pid, 'SIGKILL');
      else {
        await wad.kill();
        wad = await startWad(home, { env: SHORT });
      }
    }
    await ana.waitForMessage(() => ana.received.length >= MESSAGES, LONG);
    const heard = await incomingTexts(wad, since, (all) => all.length >= MESSAGES);
    t.same(ana.received.map(({ body }) => body).sort(), texts('out').sort(), 'of those to Ana');
    t.same(heard.sort(), texts('in').sort(), 'of those from Ana');
    t.match(await wad.status(), { outbox: { queued: 0, unknown: 0, failed: 0 } });
    await wad.stop();
  });

/** Bodies of the message events from Ana since then, once there are enough. */
async function incomingTexts(
  wad: Wad,
  since: number,
  isEnough: (all: readonly string[]) => boolean,
): Promise<string[]> {
  const until = Date.now() + LONG.timeoutMs;
  for (;;) {
    const mark = await wad.mark();
    const bodies = (await wad.events('message', since)).flatMap(({ data }) =>
      data.fromMe === false && /^in \d+$/.test(data.body ?? '') ? [data.body ?? ''] : [],
    );
    if (isEnough(bodies)) return bodies;
    await wad.event('message', () => true, { after: mark, timeoutMs: Math.max(1, until - Date.now()) });
  }
}
