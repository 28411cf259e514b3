// Sealed copies of an account on real NATS servers: put, restored on another disk, refused, and never in part.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { generateX25519Identity } from 'age-encryption';
import t, { type Test } from 'tap';
import { type Config, KEYS } from '../../src/config/keys.js';
import { fleetSeal } from '../../src/daemon/fleet/fleet-key.js';
import { judgeProfile, restoreProfile } from '../../src/daemon/fleet/restore.js';
import { saveProfile } from '../../src/daemon/fleet/save.js';
import { Snapshots } from '../../src/daemon/fleet/snapshot.js';
import { connectFleet } from '../../src/fleet/connection.js';
import type { LeaseEnd } from '../../src/fleet/lease.js';
import { openObjects } from '../../src/fleet/objects.js';
import { openProfileStore, type ProfileFacts } from '../../src/fleet/profile-store.js';
import type { FaultKind } from '../../src/protocol/fault-table.js';
import { layout } from '../../src/session-dir/layout.js';
import { readMarker, writeMarker } from '../../src/session-dir/marker.js';
import { quarantine } from '../../src/session-dir/quarantine.js';
import { openStore } from '../../src/store/open.js';
import { eventually } from '../harness/eventually.js';
import { natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';
import { cutRestore } from './cut-restore.js';

t.setTimeout(300_000);

const KEY = await generateX25519Identity();
const OTHER_KEY = await generateX25519Identity();

const facts = (epoch: number): ProfileFacts => ({
  ...{ epoch, machine: 'm1', made: '2026-01-01T00:00:00.000Z', browser: '156.0.1.2', wad: '0.1.0' },
});

async function fleet(t: Test) {
  const server = await natsServer(t);
  const root = t.testdir();
  const config = {
    fleet: {
      ...Object.fromEntries(Object.entries(KEYS.fleet).map(([name, { default: value }]) => [name, value])),
      ...{ servers: [server.url], machine: 'm1', keyFile: join(root, 'fleet.key') },
    },
  } as unknown as Config;
  writeFileSync(config.fleet.keyFile ?? '', `# created: today\n# public key: age1x\n${KEY}\n`, {
    mode: 0o600,
  });
  const connection = await connectFleet(config.fleet, { name: 'test', log: keepLog() });
  t.teardown(() => connection.nats.close());
  const { profiles: objects } = await openObjects(connection, config.fleet);
  return { root, server, config, connection, objects, profiles: openProfileStore(connection, objects) };
}
type Fleet = Awaited<ReturnType<typeof fleet>>;

/** A machine's disk with an account. */
class Disk {
  readonly dir;
  readonly account = 'shop';
  readonly log = keepLog();
  readonly stateDir: string;
  constructor(
    readonly fleet: Fleet,
    name: string,
    readonly config = fleet.config,
  ) {
    this.stateDir = join(fleet.root, name);
    this.dir = layout(join(this.stateDir, 'auth'), 'default');
    mkdirSync(this.dir.dataPath, { recursive: true });
  }
  get #all() {
    const { dir, stateDir, account, log, config } = this;
    return { dir, stateDir, account, log, config, profiles: this.fleet.profiles };
  }
  /** What a linked account leaves on a disk. */
  async link(content: string): Promise<void> {
    const folder = join(this.dir.profile, 'Default/IndexedDB');
    mkdirSync(join(this.dir.profile, 'Default/Code Cache'), { recursive: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '000003.log'), content);
    writeFileSync(join(this.dir.profile, 'Default/Code Cache/x'), 'cache');
    writeFileSync(join(this.stateDir, 'webhook-crm.secret'), `whsec_${content}`);
    writeFileSync(join(this.stateDir, 'http-token'), 'the token of this machine');
    await writeMarker(this.dir, {
      linkedAt: '2026-01-01T00:00:00.000Z',
      wid: '15550001111@c.us',
      lastSeenAt: null,
    });
    using store = openStore({ directory: this.stateDir });
    store.writeNow((tx) => store.account.link(tx, `${content}@c.us`, 0));
  }
  save(epoch: number, end: () => LeaseEnd | null = () => null): Promise<void> {
    const lease = {
      epoch,
      get end() {
        return end();
      },
    };
    return saveProfile({ ...this.#all, lease });
  }
  restore(epoch: number, browser: string | null = '156.0.1.2') {
    return restoreProfile({ ...this.#all, epoch, browserVersion: async () => browser });
  }
  /** The content of the session, of the store, and the secret; null: missing. */
  get content() {
    const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null);
    const hasStore = existsSync(join(this.stateDir, 'wad.sqlite'));
    using store = hasStore ? openStore({ directory: this.stateDir }) : null;
    return {
      session: read(join(this.dir.profile, 'Default/IndexedDB/000003.log')),
      store: store?.account.wid?.split('@')[0] ?? null,
      secret: read(join(this.stateDir, 'webhook-crm.secret'))?.slice(6) ?? null,
    };
  }
  left(): string[] {
    return [...readdirSync(this.stateDir), ...readdirSync(this.dir.dataPath)].filter((name) =>
      name.startsWith('.'),
    );
  }
}

async function* one() {
  yield randomBytes(1_000);
}

const same = (content: string) => ({ session: content, store: content, secret: content });

/** A fleet in which machine `a` was linked; every epoch in `saved` has a copy with that number as its content. */
async function copies(t: Test, ...saved: number[]) {
  const world = await fleet(t);
  const a = new Disk(world, 'a');
  for (const epoch of saved) {
    await a.restore(epoch);
    await a.link(String(epoch));
    await a.save(epoch);
  }
  return { world, a, b: new Disk(world, 'b') };
}

t.test('an account continues on another disk', async (t) => {
  const { a, b } = await copies(t, 10);
  t.same(await b.restore(11), { from: 10, why: null });
  t.same(b.content, same('10'));
  t.match(await readMarker(b.dir), { wid: '15550001111@c.us', linkedAt: '2026-01-01T00:00:00.000Z' });
  t.notOk(existsSync(join(b.dir.profile, 'Default/Code Cache')), 'caches do not travel');
  t.notOk(existsSync(join(b.stateDir, 'http-token')), "a machine's token does not travel");
  t.equal(statSync(join(b.stateDir, 'wad.sqlite')).mode & 0o077, 0);
  t.same(await b.restore(11), { from: 10, why: null }, 'still, after a start that was cut');
  await judgeProfile(b, 'ready');
  t.same(b.left(), []);
  t.same(await b.restore(12), { from: null, why: null }, 'the disk is newer than the copy');
  t.same(await a.restore(13), { from: null, why: null }, 'so is the disk that made it');
});

t.test('a newer copy replaces what is on the disk, which is kept until the account is ready', async (t) => {
  const { a, b } = await copies(t, 10);
  await b.restore(11);
  await b.link('b');
  await b.save(11);
  t.same(await a.restore(12), { from: 11, why: null });
  t.same(a.content, same('b'));
  const [kept = ''] = readdirSync(join(a.stateDir, '.moving-state-before')).filter((name) =>
    /sqlite$/.test(name),
  );
  t.equal(kept, 'wad.sqlite');
  await judgeProfile(a, 'ready');
  t.same(a.left(), []);
});

t.test('the newest two copies are kept, and the same epoch replaces its own', async (t) => {
  const { world, a } = await copies(t, 10, 20, 30);
  const epochs = async () => (await world.profiles.list('shop')).map(({ epoch }) => epoch);
  t.same(await epochs(), [30, 20]);
  await a.link('again');
  await a.save(30);
  t.same(await epochs(), [30, 20]);
  const b = new Disk(world, 'b');
  await b.restore(31);
  t.same(b.content, same('again'));
  t.match(await world.profiles.list('shop'), [{ machine: 'm1', browser: null, bytes: Number, wad: String }]);
  const { state } = await world.connection.manager.streams.info('OBJ_wad_profiles', { subjects_filter: '>' });
  t.equal(Object.keys(state.subjects ?? {}).length, 4, 'two entries with their chunks, and nothing else');
  await world.profiles.remove('shop');
  t.same(await epochs(), []);
});

t.test('a copy that cannot be opened is reported, and the one before it is used', async (t) => {
  const put = (world: Fleet, epoch: number, sealed: Uint8Array) =>
    world.profiles.put(
      'shop',
      facts(epoch),
      (async function* () {
        yield sealed;
      })(),
    );
  const sealedOf = async ({ profiles }: Fleet): Promise<Buffer> => {
    const [newest] = await profiles.list('shop');
    return buffer(profiles.take(newest as NonNullable<typeof newest>));
  };
  const cases: Record<string, [(world: Fleet) => Promise<unknown>, RegExp]> = {
    'not sealed at all': [(world) => put(world, 20, randomBytes(100_000)), /not encrypted with age/],
    'cut off': [async (world) => put(world, 20, (await sealedOf(world)).subarray(0, -100)), /damaged/],
    'one bit wrong': [
      async (world) => {
        const sealed = await sealedOf(world);
        sealed.writeUInt8(sealed.readUInt8(sealed.length - 500) ^ 1, sealed.length - 500);
        await put(world, 20, sealed);
      },
      /damaged/,
    ],
    'an old one under a new epoch': [
      async (world) => put(world, 20, await sealedOf(world)),
      /one of epoch 10/,
    ],
    'sealed with another key': [
      async (world) => {
        const keyFile = join(world.root, 'other.key');
        writeFileSync(keyFile, OTHER_KEY, { mode: 0o600 });
        const other = new Disk(world, 'other', {
          ...world.config,
          fleet: { ...world.config.fleet, keyFile },
        });
        await other.link('other');
        await other.save(20);
      },
      /key in fleet\.keyFile is wrong/,
    ],
    'without its chunks': [
      async (world) => {
        await put(world, 20, await sealedOf(world));
        const info = await world.objects.info('shop.b');
        await world.connection.manager.streams.purge('OBJ_wad_profiles', {
          filter: `$O.wad_profiles.C.${info?.nuid}`,
        });
      },
      /0 of its 1 chunks/,
    ],
  };
  for (const [name, [damage, why]] of Object.entries(cases))
    t.test(name, async (t) => {
      const { world, b } = await copies(t, 10);
      await damage(world);
      t.match((await world.profiles.list('shop'))[0], { epoch: 20 });
      t.match(await b.restore(21), { from: 10, why: /epoch 20.*an older one is used/ });
      t.same(b.content, same('10'));
      t.match(JSON.stringify(b.log.lines), why);
    });
});

t.test('a copy of a newer browser is not restored, and no older one instead of it', async (t) => {
  const { world, a, b } = await copies(t, 10);
  writeFileSync(join(a.dir.profile, 'Last Version'), '157.0.9.1');
  await a.save(20);
  const refused = { kind: 'newer_profile', message: /epoch 20.*Chromium 157\.0\.9\.1.*has 156\.0\.1\.2/ };
  await t.rejects(b.restore(21), refused);
  t.same(b.content, { session: null, store: null, secret: null });
  const [newest] = await world.profiles.list('shop');
  const sealed = await buffer(world.profiles.take(newest as NonNullable<typeof newest>));
  const forged = (async function* () {
    yield sealed;
  })();
  await world.profiles.put('shop', facts(20), forged);
  await t.rejects(b.restore(22), refused, 'what is sealed counts');
  t.same(b.content, { session: null, store: null, secret: null });
  t.match(await b.restore(23, '157.0.1.1'), { from: 20, why: null });
  const c = new Disk(world, 'c');
  t.match(await c.restore(24, null), { from: 20 }, 'a browser of unknown version');
});

t.test('with no copy that can be opened, the account is linked again, and is told why', async (t) => {
  const { world } = await copies(t, 10);
  const keyFile = join(world.root, 'other.key');
  writeFileSync(keyFile, OTHER_KEY, { mode: 0o600 });
  const config = { ...world.config, fleet: { ...world.config.fleet, keyFile } };
  const b = new Disk(world, 'b', config);
  t.match(await b.restore(11), {
    from: null,
    why: /epoch 10.*fleet\.keyFile is wrong; the account has to be linked/,
  });
  await b.link('own');
  const c = new Disk(world, 'c', config);
  await c.link('own');
  t.match(await c.restore(12), { from: null, why: /own, older session is used/ });
  t.same(c.content, same('own'));
  const several = join(world.root, 'several.key');
  writeFileSync(several, `# new\n${OTHER_KEY}\n# old\n${KEY}\n`, { mode: 0o600 });
  const d = new Disk(world, 'd', { ...config, fleet: { ...config.fleet, keyFile: several } });
  t.match(await d.restore(13), { from: 10 }, 'any key of the file opens');
});

t.test('a copy that WhatsApp refuses is passed over, and the store stays', async (t) => {
  const { b } = await copies(t, 10, 20);
  t.match(await b.restore(21), { from: 20 });
  // What the daemon does when the page shows a code instead of the session.
  await quarantine(b.dir, 'authfailed');
  t.equal(await judgeProfile(b, 'refused'), true, 'the process starts again');
  t.match(await b.restore(22), { from: 10, why: /no longer accepts.*epoch 20.*an older one is used/ });
  t.same(b.content, { session: '10', store: '20', secret: '20' });
  await quarantine(b.dir, 'authfailed');
  t.equal(await judgeProfile(b, 'refused'), true);
  t.match(await b.restore(23), { from: null, why: /epoch 20.*epoch 10.*linked again/ });
  t.equal(await judgeProfile(b, 'refused'), false, "the disk's own session");
  await b.link('new');
  await judgeProfile(b, 'ready');
  t.same(await b.restore(24), { from: null, why: null });
});

t.test('a restore that was cut at any point is ended by the next one', async (t) => {
  const { a, b } = await copies(t, 10);
  await b.restore(11);
  await b.link('b');
  await b.save(11);
  const before = a.content;
  const steps: string[] = [];
  for (let stopAt = 1; ; stopAt += 1) {
    const one = new Disk(b.fleet, `c${stopAt}`);
    await one.link('10');
    const { config, account, stateDir, dir } = one;
    const done = await cutRestore({ config, account, stateDir, dataPath: dir.dataPath, epoch: 12, stopAt });
    steps.push(done.step);
    const record = join(stateDir, 'wad.fleet.json');
    const { moving = null } = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : {};
    if (moving === null) t.same(one.content, done.ended ? same('b') : before, done.step);
    await one.restore(13);
    t.same(one.content, same('b'), `after ${done.step}`);
    await judgeProfile(one, 'ready');
    t.same(one.left(), [], `nothing is left after ${done.step}`);
    if (done.ended) break;
  }
  t.ok(steps.length > 8, `${steps.length} points`);
});

t.test('a lease that is lost ends the save, and nothing is stored', async (t) => {
  const { world, a } = await copies(t, 10);
  let asked = 0;
  for (const after of [0, 1, 2]) {
    asked = 0;
    await t.rejects(
      a.save(20, () => (asked++ < after ? null : 'refused')),
      { kind: 'lease_lost' as FaultKind, message: /was lost/ },
    );
  }
  t.match(await world.profiles.list('shop'), [{ epoch: 10 }]);
  await t.rejects(a.save(9), { kind: 'lease_lost', message: /later lease \(10\)/ });
  t.equal((await world.profiles.list('shop')).length, 1);
  t.same(a.left(), []);
});

t.test('two writers of one place: one of them is refused', async (t) => {
  const { world } = await copies(t, 10, 20);
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = world.profiles.put(
    'shop',
    facts(30),
    (async function* () {
      yield randomBytes(1_000);
      await gate;
    })(),
  );
  await world.profiles.put(
    'shop',
    facts(31),
    (async function* () {
      yield randomBytes(1_000);
    })(),
  );
  release();
  await t.rejects(slow, { kind: 'lease_lost', message: /meanwhile/ });
  t.match(await world.profiles.list('shop'), [{ epoch: 31 }, { epoch: 20 }]);
});

t.test('an account without a session is not saved, and a shared disk is never copied', async (t) => {
  const { world, a } = await copies(t, 10);
  const empty = new Disk(world, 'empty');
  await empty.save(20);
  const config = { ...world.config, fleet: { ...world.config.fleet, profile: 'shared' as const } };
  const shared = new Disk(world, 'a', config);
  await shared.save(20);
  t.same(await shared.restore(21), { from: null, why: null });
  t.match(await world.profiles.list('shop'), [{ epoch: 10 }]);
  t.same(a.content, same('10'));
});

t.test(
  'a copy of a running account is due after linking and every snapshotHours, between two browsers',
  async (t) => {
    const world = await fleet(t);
    const a = new Disk(world, 'a');
    const open = async (snapshotHours: number, t: Test) => {
      const store = openStore({ directory: a.stateDir });
      const lease = {
        epoch: 10,
        end: null,
      };
      const {
        dir,
        stateDir,
        account,
        log,
        fleet: { profiles },
      } = a;
      const config = { ...world.config, fleet: { ...world.config.fleet, snapshotHours } };
      const outcomes: string[] = [];
      const copied = (outcome: string) => outcomes.push(outcome);
      const copies = new Snapshots({ dir, stateDir, account, log, config, profiles, lease, store, copied });
      t.teardown(async () => {
        await copies.close();
        store.close();
      });
      return { copies, store, outcomes };
    };
    const saved = () => world.profiles.list('shop');
    const linkedAt = new Date().toISOString();

    await t.test('nothing without a session', async (t) => {
      const { copies } = await open(24, t);
      t.equal(await copies.due(), null);
    });
    await a.link('one');
    await writeMarker(a.dir, { linkedAt, wid: '15550001111@c.us', lastSeenAt: linkedAt });
    await t.test('after linking', async (t) => {
      const { copies, store, outcomes } = await open(0, t);
      t.match(await copies.due(), /no copy of the profile since it was linked/);
      await copies.launching();
      t.same(await saved(), [], 'not after a crash of the browser');
      copies.replacing();
      await copies.launching();
      // The account runs again, while the copy is sent.
      store.writeNow((tx) => store.account.link(tx, 'later@c.us', 0));
      writeFileSync(join(a.dir.profile, 'Default/IndexedDB/000003.log'), 'being written');
      await eventually(async () => (await saved()).length === 1, 'a copy');
      const b = new Disk(world, 'b');
      await b.restore(11);
      t.equal(b.content.session, 'one', 'as it was without a browser');
      t.equal(b.content.store, 'later', 'the store is newer than the profile, never older');
      t.same(outcomes, ['stored']);
      t.equal(await copies.due(), null);
    });
    for (const hours of [0, 1])
      await t.test(`not again before its time: ${hours} h`, async (t) => {
        t.equal(await (await open(hours, t)).copies.due(), null);
      });
    await t.test('when the newest copy is old', async (t) => {
      await world.profiles.put(
        'shop',
        { ...facts(11), made: new Date(Date.now() - 7_200_000).toISOString() },
        one(),
      );
      await writeMarker(a.dir, { linkedAt: new Date(0).toISOString(), wid: null, lastSeenAt: null });
      t.match(await (await open(1, t)).copies.due(), /older than 1 h/);
    });
    await t.test('a copy that fails is reported, and not tried again at once', async (t) => {
      const { copies, outcomes } = await open(1, t);
      copies.replacing();
      await copies.launching();
      const failed = () => a.log.lines.find(({ event }) => event === 'profile.not-saved');
      t.match(await eventually(failed, 'a failure'), { level: 'error', fields: { reason: /later lease/ } });
      t.same(outcomes, ['failed']);
      t.equal(await copies.due(), null);
    });
    t.same(a.left(), [], 'no copy is left on the disk');
  },
);

t.test('a small secret is sealed with the same key', async (t) => {
  const world = await fleet(t);
  const sealed = await fleetSeal(world.config).seal(Buffer.from('secret'));
  t.equal(Buffer.from(await fleetSeal(world.config).open(sealed)).toString(), 'secret');
  writeFileSync(world.config.fleet.keyFile ?? '', `${OTHER_KEY}\n`);
  await t.rejects(fleetSeal(world.config).open(sealed), {
    kind: 'wrong_key',
    message: /keyFile is wrong/,
  });
});

t.test('age itself opens a copy', async (t) => {
  const { world } = await copies(t, 10);
  const [copy] = await world.profiles.list('shop');
  const file = join(world.root, 'copy.age');
  writeFileSync(file, await buffer(world.profiles.take(copy as NonNullable<typeof copy>)));
  const opened = execFileSync('sh', [
    '-c',
    'age -d -i "$1" "$2" | tar tz',
    'sh',
    world.config.fleet.keyFile ?? '',
    file,
  ]);
  t.same(opened.toString().trim().split('\n'), [
    'session.json',
    'wad.sqlite',
    'webhook-crm.secret',
    'profile/Default/IndexedDB/000003.log',
  ]);
});

t.test('a file that is not a key is refused', async (t) => {
  const { world, a } = await copies(t, 10);
  writeFileSync(world.config.fleet.keyFile ?? '', 'age1somethingpublic\n');
  await t.rejects(a.save(20), { kind: 'usage', message: /output of age-keygen/ });
});
