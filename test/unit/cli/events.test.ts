/** `wactl events` prints, follows, filters and acknowledges events, and ends with the right exit status. */
import { spawn } from 'node:child_process';
import t from 'tap';
import type { Peer } from '../../../src/protocol/dispatch.js';
import type { WireEvent } from '../../../src/protocol/events/index.js';
import { madeUp } from '../../harness/made-up-event.js';
import { startWactl, WACTL, wactl } from '../../harness/wactl.js';
import { type FakeDaemon, fakeDaemon } from './daemon.js';

const event = (cursor: number, data: Record<string, unknown> = { to: 'ready' }): WireEvent => ({
  cursor,
  type: 'state',
  time: '2026-01-01T00:00:00.000Z',
  account: 'default',
  data: madeUp(data),
});
const COUNT = 450;
const all = Array.from({ length: COUNT }, (_, i) => event(i + 1));

let daemon: FakeDaemon;
let reader: Peer | undefined;
let subscribed: (() => void) | undefined;
t.before(async () => {
  daemon = await fakeDaemon({
    'events.list': ({ after, limit, consumer }) => {
      const from = typeof after === 'number' ? after : consumer === 'crm' ? 440 : 0;
      const page = all.filter(({ cursor }) => cursor > from).slice(0, Number(limit ?? 100));
      return { events: page, next: page.at(-1)?.cursor ?? from };
    },
    'events.subscribe': ({ after }, { peer }) => {
      reader = peer;
      for (const one of all) if (one.cursor > Number(after ?? COUNT)) peer.notify('event', one);
      setImmediate(() => subscribed?.());
      return { subscription: 's-1', after: Number(after ?? COUNT) };
    },
  });
});
t.teardown(() => daemon.close());
t.beforeEach(() => {
  daemon.asked.length = 0;
});

const lines = (text: string): unknown[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
const events = (...args: string[]) => wactl(['events', ...args], { socket: daemon.socket });

t.test('prints all pages, one event per line, and nothing else', async (t) => {
  const end = await events('-o', 'jsonl');
  t.match(end, { code: 0, stderr: '' });
  t.same(lines(end.stdout), all);
});

t.test('continues after --since', async (t) => {
  const end = await events('-o', 'jsonl', '--since', '448');
  t.same(lines(end.stdout), all.slice(448));
  t.equal(daemon.asked[0]?.params.after, 448);
});

t.test('without new events nothing is on stdout, and the exit status is 0', async (t) => {
  t.match(await events('--since', String(COUNT)), { code: 0, stdout: '', stderr: 'wactl: no events\n' });
});

t.test('-o json is one object', async (t) => {
  const end = await events('-o', 'json');
  t.same(JSON.parse(end.stdout), { events: all, next: COUNT });
});

t.test('text output has one line per event, with control characters escaped', async (t) => {
  const rude = await fakeDaemon({
    'events.list': ({ after }) => ({
      events: after
        ? []
        : [
            {
              ...event(1, {
                from: '15550002222@c.us',
                chatId: '15550002222@c.us',
                type: 'text',
                body: 'a\u001b[2Jb\nc',
              }),
              type: 'message',
            },
          ],
      next: 1,
    }),
  });
  const end = await wactl(['events'], { socket: rude.socket });
  await rude.close();
  t.match(
    end.stdout,
    /^CURSOR .*\n1 +\S+ \S+ {2}message +from Ana \(\+1 555 000 2222\): a\\u001b\[2Jb\\nc\n$/,
  );
});

t.test('types may be repeated or joined by commas', async (t) => {
  await events('--type', 'message,call', '--type', 'state');
  t.same(daemon.asked[0]?.params.types, ['message', 'call', 'state']);
});

t.test('a consumer continues where it stopped, and --ack stores its position', async (t) => {
  const end = await events('-o', 'jsonl', '--consumer', 'crm', '--ack');
  t.same(lines(end.stdout), all.slice(440));
  t.same(daemon.asked.at(-1), { method: 'events.ack', params: { consumer: 'crm', cursor: COUNT } });
});

t.test('--ack without events acknowledges nothing', async (t) => {
  await events('--since', String(COUNT), '--consumer', 'crm', '--ack');
  t.notOk(daemon.asked.some(({ method }) => method === 'events.ack'));
});

for (const [args, stderr] of [
  [['--since', 'abc'], /not a cursor/],
  [['--since', '-1'], /not a cursor/],
  [['--since', '1.5'], /not a cursor/],
  [['--since', '99999999999999999999'], /not a cursor/],
  [['--type', 'mesage'], /try: wactl events --type message/],
  [['--ack'], /needs --consumer/],
  [['--consumer', 'a b'], /--consumer/],
] as const) {
  t.test(`events ${args.join(' ')} exits 2`, async (t) => {
    t.match(await events(...args), { code: 2, stdout: '', stderr });
  });
}

t.test('--follow replays, continues live, and Ctrl-C exits 130 with the position on stderr', async (t) => {
  const ready = new Promise<void>((resolve) => {
    subscribed = resolve;
  });
  const run = startWactl(['events', '--follow', '--since', '448', '-o', 'jsonl'], { socket: daemon.socket });
  await ready;
  await run.printed(/"cursor":450/);
  reader?.notify('event', event(451));
  await run.printed(/"cursor":451/);
  run.child.kill('SIGINT');
  const end = await run.end;
  t.match(end, { code: 130, signal: null, stderr: /-o jsonl events --follow --since 451\n$/ });
  t.same(lines(end.stdout), [event(449), event(450), event(451)]);
});

t.test('--follow --ack stores the position of the printed events', async (t) => {
  const run = startWactl(['events', '-f', '--since', '448', '--consumer', 'crm', '--ack'], {
    socket: daemon.socket,
  });
  await run.printed(/^450 /m);
  while (!daemon.asked.some(({ method, params }) => method === 'events.ack' && params.cursor === 450)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  run.child.kill('SIGINT');
  t.match(await run.end, { code: 130 });
});

t.test('--follow --timeout ends with 8', async (t) => {
  t.match(await events('--follow', '--timeout', '0.2'), { code: 8, stderr: /--timeout/ });
});

t.test('--follow exits 3 when the daemon ends, and says how to resume', async (t) => {
  const own = await fakeDaemon({
    'events.subscribe': (_, { peer }) => {
      peer.notify('event', event(7));
      return { subscription: 's-1', after: 0 };
    },
  });
  const run = startWactl(['--socket', own.socket, 'events', '--follow', '-o', 'jsonl']);
  await run.printed(/"cursor":7/);
  await own.close();
  const end = await run.end;
  t.match(end, { code: 3 });
  t.match(JSON.parse(end.stderr), { data: { kind: 'connection_lost', cursor: 7, hint: /--since 7$/ } });
});

t.test('a closed pipe ends the program without an error', async (t) => {
  for (const args of ['events -o jsonl', 'events -o jsonl --follow --since 0', 'events -o json']) {
    const script = `"$NODE" "$WACTL" ${args} | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const shell = spawn('bash', ['-c', script], {
      env: { PATH: process.env.PATH, NODE: process.execPath, WACTL, WAD_SOCKET: daemon.socket },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      // With --follow, the program notices a closed pipe only at its next write.
      if (args.includes('--follow')) for (let i = 0; i < 3; i++) reader?.notify('event', event(451 + i));
    });
    shell.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    await new Promise((resolve) => shell.once('close', resolve));
    t.match(out, /\n0\n$/, args);
    t.equal(err, '', 'nothing on stderr');
  }
});

t.test('an answer larger than a pipe is written completely to a slow reader', async (t) => {
  const big = await fakeDaemon({
    'events.list': ({ after }) => ({
      events: after ? [] : Array.from({ length: 100 }, (_, i) => event(i + 1, { body: 'x'.repeat(20_000) })),
      next: 100,
    }),
  });
  const script = '"$NODE" "$WACTL" events -o json | (sleep 0.3; wc -c)';
  const shell = spawn('bash', ['-c', script], {
    env: { PATH: process.env.PATH, NODE: process.execPath, WACTL, WAD_SOCKET: big.socket },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  shell.stdout.on('data', (text) => {
    out += text;
  });
  await new Promise((resolve) => shell.once('close', resolve));
  await big.close();
  t.ok(Number(out) > 2_000_000, out);
});

t.end();
