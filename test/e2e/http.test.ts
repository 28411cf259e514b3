/** HTTP works as promised to users of other programs: curl runs the commands of docs/http.md unchanged. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import t from 'tap';
import { DOCS } from '../../scripts/docs.js';
import type { Status } from '../../src/protocol/methods/session.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Listener, raw } from '../harness/http.js';
import { HOSTILE_REQUESTS, TOKEN as token } from '../harness/http-hostile.js';
import type { StartOptions } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const run = promisify(execFile);
const NUMBER = '15550001111';

const PAGE = await readFile(new URL('http.md', DOCS), 'utf8');
/** Returns the shell block below a heading of the page. */
const under = (heading: string): string =>
  new RegExp(`\n## ${heading}\n[\\s\\S]*?\`\`\`sh\n([\\s\\S]*?)\n\`\`\``).exec(PAGE)?.[1] ?? '';
/** The five commands of the contract. */
const LINES = under('Without a token').split('\n');
const line = (what: string): string => LINES.find((one) => one.endsWith(`/${what}`)) ?? '';

/** Runs a command in a shell and returns its output. `more` is appended, for example options of curl. */
const sh = async (command: string, more = ''): Promise<string> =>
  (await run('sh', ['-c', `${command} ${more}`], { env: { PATH: process.env.PATH } })).stdout;
const curl = async (what: string) => JSON.parse(await sh(line(what))) as Record<string, unknown>;

async function configured(home: Home, http: string): Promise<StartOptions> {
  const file = join(home.dir, 'wad.toml');
  await writeFile(file, http);
  return { args: ['--config', file, '--no-auto-init'] };
}

t.test('the five commands work unchanged, in every state', async (t) => {
  t.same(LINES, [
    'curl http://localhost:3001/api/whatsapp/status',
    'curl http://localhost:3001/api/whatsapp/qr',
    'curl -X POST http://localhost:3001/api/whatsapp/initialize',
    'curl -X POST http://localhost:3001/api/whatsapp/disconnect',
    'curl -X POST http://localhost:3001/api/whatsapp/clear-session',
  ]);
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER, pushname: 'Your Name' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start(await configured(home, '[http]\nanonymousLoopback = true\n'));
  t.match(await wad.request('daemon.info'), { http: '127.0.0.1:3001' });

  /**
   * The status is the same object as on the socket, with its fields in the same order. Only the timestamps
   * differ.
   */
  const sameStatus = async (expected: Partial<Status>) => {
    // An event may happen between the two requests. Then both are repeated.
    const [text, onSocket] = await eventually(async () => {
      const before = await sh(line('status'));
      const after = await wad.status();
      return (JSON.parse(before) as Status).journal.last === after.journal.last && ([before, after] as const);
    }, 'no event between the two requests');
    const { timestamp, monitor, ...rest } = JSON.parse(text) as Status;
    const { timestamp: _, monitor: __, ...own } = onSocket;
    t.same(rest, own, `${own.status}: the fields are those of the socket`);
    t.match(rest, expected);
    t.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 10_000);
    t.same(Object.keys(monitor), ['lastCheckAt', 'lastOkAt', 'failures']);
    t.same(Object.keys(JSON.parse(text)).slice(0, 7), [
      ...['status', 'session', 'reconnectAttempts', 'maxReconnectAttempts'],
      ...['isShuttingDown', 'monitorActive', 'timestamp'],
    ]);
  };
  const noQr = async (says: RegExp) => {
    t.match(await curl('qr'), {
      success: false,
      reason: says,
      error: { code: 1102, data: { kind: 'no_qr' } },
    });
    t.equal(await sh(line('qr'), "-o /dev/null -w '%{http_code}'"), '404');
  };

  await sameStatus({ status: 'stopped', session: { hasSession: false, phone: null } as never });
  await noQr(/stopped/);

  const begun = await curl('initialize');
  t.match(begun, { success: true, message: 'Starting.', timestamp: /^\d{4}-.*Z$/ });
  await wad.until('linking');
  await sameStatus({ status: 'linking', reason: 'qr_waiting' });
  await wad.qr();
  const qr = (await curl('qr')) as Record<string, string>;
  t.same(Object.keys(qr), ['qr', 'dataUrl', 'expiresAt', 'status', 'timestamp']);
  t.equal(qr.status, 'linking');
  t.ok(Date.parse(qr.expiresAt ?? '') > Date.now());
  t.equal(qr.qr, await wad.qr(), 'the answer is the payload that can be scanned now');
  const png = Buffer.from((qr.dataUrl ?? '').replace('data:image/png;base64,', ''), 'base64');
  t.equal(scanned(png), qr.qr, 'the picture contains the same payload');
  const pictured = await run('curl', ['-H', 'Accept: image/png', 'http://localhost:3001/api/whatsapp/qr'], {
    encoding: 'buffer',
  });
  t.equal(scanned(pictured.stdout), await wad.qr());

  await phone.scan(qr.qr ?? '');
  await wad.until('ready');
  await sameStatus({
    status: 'ready',
    reason: 'none',
    session: { hasSession: true, phone: NUMBER, platform: 'android', connected: true, pushname: 'Your Name' },
  });
  await noQr(/ready/);
  t.match(await curl('initialize'), { success: true, message: /^Already ready/, timestamp: String });

  const sent = JSON.parse(await sh(under('Sending'))) as { id: string; messageId: string };
  t.match(sent, { id: /^m-/, messageId: String, state: 'queued' });
  const { id, messageId } = sent;
  t.match(JSON.parse(await sh(under('Sending'))), { id, messageId }, 'repeating the key sends one message');
  await wad.request('message.wait', { id, for: 'sent' });
  t.same(
    ana.received.map(({ body }) => body),
    ['hello'],
  );
  // curl exits with 28 at its time limit, which ends the stream here.
  const stream = await sh(under('Events'), '-s --max-time 2 || true');
  t.match(stream, /^id: \d+\nevent: message\ndata: \{"cursor":\d+,.*"body":"hello"/m);

  const ended = await curl('disconnect');
  t.match(ended, { success: true, message: /^Unlinked/, timestamp: /^\d{4}-.*Z$/, unlinked: true });
  t.equal(phone.devices.length, 0, 'the phone no longer lists the device');
  await sameStatus({ status: 'stopped', reason: 'user_stopped' });
  t.match(
    await curl('disconnect'),
    { success: true, unlinked: false },
    'disconnecting without a session also succeeds',
  );
  t.match(await curl('clear-session'), {
    success: true,
    message: /a fresh connection can be initialized now/,
    timestamp: /^\d{4}-.*Z$/,
  });
  t.match(await curl('initialize'), { success: true }, 'initialize succeeds');
  await wad.until('linking');
  await wad.stop();
  t.notOk(JSON.stringify(wad.log).includes(qr.qr ?? '2@'), 'the log contains no QR payload');
  t.same(
    await wad
      .leftBehind({ profile: 'kept' })
      .then((wrong) => wrong.filter((text) => !/profile|exit_type/.test(text))),
    [],
  );
});

t.test(
  'with a token messages, events and health are served, and a series of bad requests changes nothing',
  async (t) => {
    await using sim = await Simulator.start();
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    sim.createContact({ number: '15550002222', name: 'Ana' });
    const tokenFile = join(home.dir, 'token');
    await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
    const linked = await home.startLinked(phone, {
      env: { WAD_HTTP_LISTEN: '127.0.0.1:0', WAD_HTTP_TOKEN_FILE: tokenFile },
    });
    const url = `http://${(await linked.request('daemon.info')).http}`;
    const port = Number(new URL(url).port);
    const headers = { Authorization: `Bearer ${token}` };
    t.equal((await fetch(`${url}/api/whatsapp/status`)).status, 401);
    t.equal((await fetch(`${url}/readyz`)).status, 200);

    using listener = await Listener.open(url, { headers });
    const sent = await fetch(`${url}/api/whatsapp/messages`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json', 'Idempotency-Key': 'order-17' },
      body: JSON.stringify({ to: '+1 555 000 2222', text: 'over HTTP' }),
    });
    t.equal(sent.status, 202);
    const { id, messageId } = (await sent.json()) as { id: string; messageId: string };
    await linked.request('message.wait', { id, for: 'sent' });
    const looked = await fetch(`${url}/api/whatsapp/messages/${messageId}`, { headers });
    t.match(await looked.json(), {
      id,
      messageId,
      state: /sent|delivered|read/,
      message: { body: 'over HTTP' },
    });
    const arrived = await linked.event('message', ({ body }) => body === 'over HTTP', { after: 0 });
    while (!listener.events.some(({ cursor }) => cursor === arrived.cursor))
      await listener.received(listener.events.length + 1);

    const before = await linked.mark();
    for (const { name, bytes, status } of HOSTILE_REQUESTS) {
      const text = await raw(port, bytes);
      const [, got = 'closed'] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
      t.equal(got, String(status), name);
      // A client with the token may see the daemon's socket in a hint.
      const isStranger = status === 401 || !String(bytes).includes(token);
      for (const secret of [NUMBER, token, ...(isStranger ? [home.dir] : [])])
        t.notOk(text.includes(secret), `${name}: no ${secret}`);
    }
    const since = await linked.events(undefined, before);
    t.same(
      since.filter(({ type }) => type !== 'message.ack'),
      [],
      'no event happened',
    );
    t.match(await linked.status(), { status: 'ready' });
    t.equal((await fetch(`${url}/readyz`)).status, 200, 'an authorised client is still served');
    await linked.stop();
    const refused = new Set(
      linked.log.filter(({ event }) => event === 'http.refused').map(({ kind }) => kind),
    );
    for (const { kind } of HOSTILE_REQUESTS)
      t.ok(kind === undefined || refused.has(kind), `${kind} is logged`);
    t.same(
      linked.log.filter(({ level }) => level === 'error'),
      [],
      'there is no log line of level error',
    );
    t.notOk(JSON.stringify(linked.log).includes(token), 'the log does not contain the token');
    t.same(await linked.leftBehind({ profile: 'kept' }), []);
  },
);

/** Decodes a QR code from a picture. */
function scanned(png: Buffer): string | undefined {
  const { data, width, height } = PNG.sync.read(png);
  return jsqr.default(new Uint8ClampedArray(data), width, height)?.data;
}
