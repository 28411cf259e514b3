/**
 * Upkeep replaces a browser whose memory exceeds the limit, and reports a full disk.
 * It is tested against a real process, because only its size counts.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { Upkeep } from '../../../../src/daemon/session/upkeep.js';
import { keepLines } from '../../log/lines.js';
import { scratch } from '../../store/scratch.js';

t.test('a browser over its limit is replaced, and the next one not within the hour', async (t) => {
  const child = spawn(process.execPath, ['-e', "console.log('up'); setInterval(() => {}, 1000)"], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const log = keepLines();
  const asked: string[] = [];
  let quiet = true;
  const open = (memoryLimitMb: number) =>
    new Upkeep({
      ...{ memoryLimitMb, recycleHours: 0, dataPath: '/', storePath: '/', log },
      browser: () => ({ pid: child.pid ?? 0, path: '/nowhere', startedAtMs: Date.now() }),
      isQuiet: () => quiet,
      recycle: (why) => asked.push(why),
      disk: () => undefined,
      diskFull: () => undefined,
      hourly: async () => undefined,
      jumped: () => undefined,
      copyDue: async () => null,
    });
  await open(0).look();
  await open(100_000).look();
  t.same(asked, [], 'no limit, or one that is not exceeded');
  const upkeep = open(1);
  quiet = false;
  await upkeep.look();
  t.same(asked, [], 'not while the session is busy');
  quiet = true;
  await upkeep.look();
  t.match(asked, [/^the browser takes \d+ MB; its limit is 1 MB$/]);
  for (let n = 0; n < 3; n += 1) await upkeep.look();
  t.equal(asked.length, 1);
  t.match(log.lines, [['warn', 'upkeep.memory-limit-low', { limitMb: 1 }]]);
  t.equal(log.lines.length, 1, 'the warning is logged once');
});

t.test("a full disk of profile or store is reported, and only the profile's ends the browser", async (t) => {
  // The kernel's own file systems have no free space.
  const rows = [
    { dataPath: '.', storePath: '.', expected: [] },
    { dataPath: '.', storePath: '/proc', expected: ['low'] },
    { dataPath: '/proc', storePath: '.', expected: ['low', 'full'] },
  ];
  for (const { expected, ...paths } of rows) {
    const received: string[] = [];
    const upkeep = new Upkeep({
      ...{ memoryLimitMb: 0, recycleHours: 0, log: keepLines(), ...paths },
      browser: () => null,
      isQuiet: () => true,
      recycle: () => undefined,
      disk: (freeMb, low) => received.push(low ? 'low' : `${freeMb} MB`),
      diskFull: () => received.push('full'),
      hourly: async () => undefined,
      jumped: () => undefined,
      copyDue: async () => null,
    });
    await upkeep.lookAtDisk();
    t.same(received, expected, JSON.stringify(paths));
  }
});

t.test('a browser that was replaced during the check is kept', async (t) => {
  const asked: string[] = [];
  let pid = 1;
  const upkeep = new Upkeep({
    ...{ memoryLimitMb: 0, recycleHours: 1, dataPath: '/', storePath: '/', log: keepLines() },
    browser: () => ({ pid: pid++, path: '/nowhere', startedAtMs: 0 }),
    isQuiet: () => true,
    recycle: (why) => asked.push(why),
    disk: () => undefined,
    diskFull: () => undefined,
    hourly: async () => undefined,
    jumped: () => undefined,
    copyDue: async () => null,
  });
  await upkeep.look();
  t.same(asked, []);
});

t.test('a copy of the profile that is due replaces the browser, in a quiet moment', async (t) => {
  const asked: string[] = [];
  let quiet = false;
  const upkeep = new Upkeep({
    ...{ memoryLimitMb: 0, recycleHours: 0, dataPath: '/', storePath: '/', log: keepLines() },
    browser: () => ({ pid: 1, path: '/nowhere', startedAtMs: 0 }),
    isQuiet: () => quiet,
    recycle: (why) => asked.push(why),
    disk: () => undefined,
    diskFull: () => undefined,
    hourly: async () => undefined,
    jumped: () => undefined,
    copyDue: async () => 'a copy is due',
  });
  await upkeep.look();
  t.same(asked, []);
  quiet = true;
  await upkeep.look();
  t.same(asked, ['a copy is due']);
});

t.test(
  'a disk that was low counts as fine only with a clear margin',
  { skip: process.getuid?.() !== 0 && 'needs root, to mount a small disk' },
  async (t) => {
    const place = scratch(t);
    const mount = (how: string) => execFileSync('mount', ['-t', 'tmpfs', '-o', how, 'tmpfs', place]);
    mount('size=550m');
    // A test that bails ends the process without teardowns, and the mount would remain.
    const unmount = () => execFileSync('umount', [place]);
    process.once('exit', unmount);
    using _mounted = {
      [Symbol.dispose]: () => {
        process.off('exit', unmount);
        unmount();
      },
    };
    const notified: boolean[] = [];
    const upkeep = new Upkeep({
      ...{ memoryLimitMb: 0, recycleHours: 0, dataPath: place, storePath: place, log: keepLines() },
      browser: () => null,
      isQuiet: () => true,
      recycle: () => undefined,
      disk: (_freeMb, low) => notified.push(low),
      diskFull: () => undefined,
      hourly: async () => undefined,
      jumped: () => undefined,
      copyDue: async () => null,
    });
    for (const [sizeMb, then] of [
      [550, []],
      [490, [true]],
      [550, [true]],
      [490, [true]],
      [650, [true, false]],
      [550, [true, false]],
    ] as const) {
      mount(`remount,size=${sizeMb}m`);
      await upkeep.lookAtDisk();
      t.same(notified, then, `${sizeMb} MB`);
    }
  },
);
