// Keyed messages to many chats while machines, daemons, browsers and NATS servers are killed at random, whole machines with
// their disks too. WAD_COUNT, WAD_SEED and WAD_GENERATION choose another run.
import t from 'tap';
import { diceOf } from '../harness/dice.js';
import { MACHINES } from '../harness/fleet-pair.js';
import { KeptFleet } from '../harness/kept-fleet.js';
import { signal } from '../harness/processes.js';
import { type Generation, generationNamed } from '../simulator/generations.js';

const COUNT = Number(process.env.WAD_COUNT ?? 200);
const SEED = Number(process.env.WAD_SEED ?? 18);
const GENERATION = (process.env.WAD_GENERATION ?? '2026-09') as Generation;
const CHATS = 20;
/** About one kill for so many messages. */
const MESSAGES_PER_KILL = 25;

t.setTimeout(Math.max(300_000, COUNT * 3_000));

const KILLS = ['daemon', 'browser', 'machine', 'disk', 'server', 'move'] as const;

t.test(`${COUNT} keyed messages, seed ${SEED}, ${GENERATION}`, async (t) => {
  generationNamed(GENERATION);
  const dice = diceOf(SEED);
  const fleet = await KeptFleet.make(t, {
    leaseSeconds: 5,
    servers: 3,
    chats: CHATS,
    generation: GENERATION,
  });
  for (const machine of MACHINES.slice(1)) await fleet.on(machine);
  const { pair } = fleet;

  /** Kills something of the machine that has the account, or a server, and starts it again. */
  const kill = async (): Promise<string> => {
    const what = dice.pick(KILLS);
    const holder = await fleet.holder();
    const server = dice.pick(pair.servers);
    switch (what) {
      case 'daemon':
        await fleet.wad(holder).kill();
        break;
      case 'browser':
        for (const pid of await pair.homes[holder].browsers()) signal(-pid, 'SIGKILL');
        break;
      case 'machine':
        await fleet.off(holder, (wad) => pair.crash(wad, holder));
        await fleet.on(holder);
        break;
      case 'disk':
        await fleet.off(holder, (wad) => pair.lose(wad, holder));
        await fleet.on(holder);
        break;
      case 'server':
        await server.kill();
        await server.start();
        break;
      case 'move':
        // An orderly end stores the profile.
        fleet.wad(holder).child.kill('SIGTERM');
        break;
    }
    return `${what} ${what === 'server' ? server.port : holder}`;
  };

  const killed: string[] = [];
  for (let sent = 1; sent <= COUNT; sent += 1) {
    const n = await fleet.publish();
    if (sent % MESSAGES_PER_KILL !== 0) continue;
    // Now and then the next kill comes while the account is still coming back.
    if (dice.roll() < 0.7) await fleet.arrives(n, 120_000);
    killed.push(await kill());
  }
  await fleet.drained(180_000);
  await fleet.readEvents();
  t.same(fleet.wrongs(), []);
  t.comment(`killed: ${killed.join(', ')}`);
});
