/** The control socket of a real daemon fulfils the contract, and withstands hostile peers. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { SOCKET_LIMITS } from '../../src/socket/server.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { bystander, HOSTILE } from '../harness/hostile.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const FIRST_SEVEN = [
  'status',
  'session',
  'reconnectAttempts',
  'maxReconnectAttempts',
  'isShuttingDown',
  'monitorActive',
  'timestamp',
];
const OURS = [
  ...['account', 'reason', 'waitsFor', 'hint', 'nextAttemptAt', 'since'],
  ...['monitor', 'versions', 'capabilities', 'restriction', 'outbox', 'journal', 'fleet', 'proxy'],
];
const NONE = ['no.such', 'constructor', '__proto__', 'toString'];
const TWENTY_MB = 20 * 1024 * 1024;

t.test(
  'wactl status -o json has the fields of the contract, and an unknown method is an error',
  async (t) => {
    await using sim = await Simulator.start({ generation: '2026-07' });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111', pushname: 'Ada Lovelace', platform: 'iphone' });
    const wad = await home.start();
    const look = async () => {
      const end = await wad.wactl(['status', '-o', 'json']);
      t.equal(end.code, 0);
      t.equal(end.stderr, '');
      const status = JSON.parse(end.stdout);
      t.same(Object.keys(status), [...FIRST_SEVEN, ...OURS], `the fields in ${status.status}`);
      t.same(Object.keys(status.session), ['hasSession', 'phone', 'platform', 'connected', 'pushname']);
      return status;
    };
    await wad.until('linking');
    t.match(await look(), {
      status: 'linking',
      session: { hasSession: false, phone: null, platform: null, connected: false, pushname: null },
      hint: /^wactl .*\bqr$/,
    });
    await wad.link(phone);
    const ready = await look();
    t.match(ready, {
      status: 'ready',
      session: {
        hasSession: true,
        phone: '15550001111',
        platform: 'iphone',
        connected: true,
        pushname: 'Ada Lovelace',
      },
      reconnectAttempts: 0,
      maxReconnectAttempts: 5,
      isShuttingDown: false,
      monitorActive: true,
      timestamp: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
      account: 'default',
      reason: 'none',
      hint: null,
      nextAttemptAt: null,
      versions: {
        whatsappWebJs: '1.34.7',
        whatsappWeb: '2.3000.1043220887',
        browser: /^Chrome\/\d+/,
        node: String,
      },
      capabilities: { 'send.text': 'patched', 'session.receive': 'ok' },
      outbox: { queued: 0, unknown: 0, failed: 0 },
    });
    t.ok(Date.now() - Date.parse(ready.timestamp) < 10_000);
    const client = await wad.client();
    for (const method of NONE) {
      const error = await client.client.call(method, {}).catch((fault: Fault) => fault.toWire());
      t.match(error, { code: -32601, data: { kind: 'method_not_found' } }, method);
    }
    const document = await wad.request('rpc.discover');
    t.same(
      (document.methods as { name: string }[]).map(({ name }) => name).filter((name) => NONE.includes(name)),
      [],
    );
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  },
);

t.test('hostile peers do not affect a ready account', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  // At debug every connection writes a line, and there are thousands.
  const wad = await home.start({ logLevel: 'info' });
  await wad.link(phone);
  const rss = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${wad.pid}/status`, 'utf8'))?.[1]) * 1024;
  const target = {
    path: home.socket,
    slow: { method: 'session.wait', params: { states: ['failed'] } },
    long: { method: 'rpc.discover', params: {} },
    limits: { ...SOCKET_LIMITS, maxConnections: 63 },
  };
  // The schemas of all methods are made when they are first used, and kept: some 10 MB that no peer can make grow.
  await wad.request('rpc.discover');
  const before = rss();
  const other = await bystander(home.socket);
  let failed = 0;
  for (const { name, run } of HOSTILE) {
    await run(target).catch((error: Error) => {
      failed++;
      t.fail(`${name}: ${error.message}`);
    });
  }
  t.equal(failed, 0, `${HOSTILE.length} kinds of hostile input`);
  const { slowestMs } = await other.stop();
  t.ok(slowestMs < 5_000, `another client never waited longer than ${Math.round(slowestMs)} ms`);
  t.match(await wad.status(), { status: 'ready' });
  await eventually(
    async () => {
      // A request in each round does not keep the daemon from releasing memory.
      await wad.wactl(['status']);
      return rss() - before < TWENTY_MB;
    },
    `RSS is back within 20 MB of ${Math.round(before / 1e6)} MB`,
    60_000,
  );
  await wad.stop();
  const errors = wad.log.filter(({ level }) => level === 'error' || level === 'fatal');
  t.same(errors, []);
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});
