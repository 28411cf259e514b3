// Everything that may break on machines of a fleet and between them. After each: never two browsers, the account is back within the
// lease and a start, every message once and in order, every event once. Clocks of the servers are set in test/unit/fleet/lease.test.ts
// only: nats-server does not ask libc for the time, so it cannot be given another one.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { generateIdentity } from 'age-encryption';
import t from 'tap';
import { CAN_MOUNT, SmallDisk } from '../faults/small-disk.js';
import type { Machine } from '../harness/fleet-pair.js';
import { KeptFleet } from '../harness/kept-fleet.js';
import { signal } from '../harness/processes.js';

t.setTimeout(300_000);

const LEASE_S = 4;
const START_MS = 40_000;
/** From the fault, or its end, to the first message that arrives. */
const BACK_MS = LEASE_S * 1_000 + START_MS;

interface Fault {
  readonly name: string;
  /** Why it cannot be played here. */
  readonly skip?: string | false;
  /** Plays it against the machine that has the account. The account must come back after it. */
  play(fleet: KeptFleet, holder: Machine): Promise<unknown>;
}

const cutFromNats = (how: 'refused' | 'silent') => async (fleet: KeptFleet, holder: Machine) => {
  const wad = fleet.wad(holder);
  for (const line of fleet.pair.toNats[holder]) line.cut(how);
  await wad.exited;
  await fleet.holder();
  await fleet.arrives(await fleet.publish(), BACK_MS);
  for (const line of fleet.pair.toNats[holder]) line.mend();
};

const FAULTS: readonly Fault[] = [
  { name: 'kill -9 of the daemon', play: (fleet, holder) => fleet.wad(holder).kill() },
  {
    name: 'kill -9 of the browser',
    async play({ pair }, holder) {
      for (const pid of await pair.homes[holder].browsers()) signal(-pid, 'SIGKILL');
    },
  },
  {
    name: 'kill -9 of the machine: daemon and browser at once',
    async play(fleet, holder) {
      await fleet.off(holder, (wad) => fleet.pair.crash(wad, holder));
      await fleet.arrives(await fleet.publish(), BACK_MS);
      await fleet.on(holder);
    },
  },
  {
    name: 'the daemon is suspended for two leases',
    async play(fleet, holder) {
      const { child } = fleet.wad(holder);
      child.kill('SIGSTOP');
      await delay(2 * LEASE_S * 1_000);
      const ended = once(child, 'exit');
      child.kill('SIGCONT');
      await ended;
    },
  },
  { name: 'the machine is cut off from NATS, with errors', play: cutFromNats('refused') },
  { name: 'the machine is cut off from NATS, in silence', play: cutFromNats('silent') },
  {
    name: 'the machine is cut off from WhatsApp',
    async play({ pair }, holder) {
      pair.toWhatsApp[holder].cut('silent');
      await delay(LEASE_S * 1_000);
      pair.toWhatsApp[holder].mend();
    },
  },
  {
    name: 'the machine is cut off from both',
    async play(fleet, holder) {
      const { toNats, toWhatsApp } = fleet.pair;
      const lines = [...toNats[holder], toWhatsApp[holder]];
      const wad = fleet.wad(holder);
      for (const line of lines) line.cut('silent');
      await wad.exited;
      await fleet.arrives(await fleet.publish(), BACK_MS);
      for (const line of lines) line.mend();
    },
  },
  {
    name: 'another machine has the same name',
    async play(fleet, holder) {
      const twin = await fleet.pair.start('c', { WAD_FLEET_MACHINE: holder });
      await twin.logged('daemon.failed', ({ kind }) => kind === 'machine_taken');
      await twin.ended();
      await fleet.arrives(await fleet.publish());
    },
  },
  {
    name: 'another machine has a wrong key, and the one that has the account is stopped',
    async play(fleet, holder) {
      const other = fleet.other(holder);
      await fleet.off(other);
      const WAD_FLEET_KEY_FILE = join(fleet.pair.homes[other].dir, 'wrong.key');
      await writeFile(WAD_FLEET_KEY_FILE, `${await generateIdentity()}\n`, { mode: 0o600 });
      await fleet.off(holder);
      const wrong = await fleet.pair.start(other, { WAD_FLEET_KEY_FILE });
      await wrong.logged('daemon.failed', ({ kind }) => kind === 'wrong_key');
      await wrong.ended();
      await fleet.on(holder);
      await fleet.on(other);
    },
  },
  {
    name: 'the stored copies are damaged, and the machine that has the account is lost',
    async play(fleet, holder) {
      const { manager, streams, names } = fleet.fleet;
      const other = fleet.other(holder);
      await fleet.off(other);
      await fleet.off(holder);
      const stream = `OBJ_${names.profiles}`;
      const { last_seq } = (await manager.streams.info(stream)).state;
      for (let seq = 1; seq <= last_seq; seq += 1) {
        const chunk = await manager.streams.getMessage(stream, { seq }).catch(() => null);
        if (chunk === null || !chunk.subject.includes('.C.')) continue;
        await manager.streams.deleteMessage(stream, seq);
        await streams.publish(chunk.subject, Buffer.alloc(chunk.data.length, 1));
      }
      const next = await fleet.on(other);
      await next.logged('profile.bad-copy');
      await fleet.on(holder);
    },
  },
  {
    name: 'the disk is full when the profile is sealed',
    skip: !CAN_MOUNT && 'needs root, to mount a small disk',
    async play(fleet, holder) {
      using disk = new SmallDisk(fleet.pair.homes.c.stateDir, 600);
      const full = await fleet.on('c');
      await fleet.off(fleet.other(holder));
      await full.logged('fleet.held');
      await fleet.off(holder);
      await full.logged('profile.restored');
      await fleet.arrives(await fleet.publish(), BACK_MS);
      const stopped = fleet.off('c');
      // What the browser leaves free at its end, as well.
      await full.logged('whatsapp.closed');
      disk.fill(0);
      const filling = setInterval(() => disk.topUp(), 5);
      await stopped.finally(() => clearInterval(filling));
      await full.logged('profile.not-saved', ({ err }) => (err as { kind?: string }).kind === 'disk_full');
      await fleet.on(holder);
      await fleet.on(holder === 'a' ? 'b' : 'a');
    },
  },
];

t.test('faults of machines and of lines', async (t) => {
  const fleet = await KeptFleet.make(t, { leaseSeconds: LEASE_S });
  await fleet.on('b');
  for (const { name, skip = false, play } of FAULTS) {
    await t.test(name, { skip }, async (t) => {
      const startedAtMs = performance.now();
      await play(fleet, await fleet.holder());
      const endedAtMs = performance.now();
      await fleet.arrives(await fleet.publish(), BACK_MS);
      const backMs = Math.round(performance.now() - endedAtMs);
      await fleet.hears(name);
      t.same(fleet.wrongs(), []);
      t.comment(`played for ${Math.round(endedAtMs - startedAtMs)} ms, back after ${backMs} ms`);
    });
  }
  await fleet.drained(30_000);
  await fleet.readEvents();
  t.same(fleet.wrongs(), [], 'at the end');
});
