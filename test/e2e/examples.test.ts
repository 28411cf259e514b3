/** The programs in examples/ run as documented, with simulated people and a ticket system. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

/** For a Node.js program on a loaded machine. */
const WAIT_MS = 60_000;
const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url));

interface Program {
  readonly child: ChildProcess;
  readonly said: { stdout: string; stderr: string };
  /** Sends the signal, and resolves to the exit code or the signal that ended it. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

function run(t: Test, wad: Wad, name: string, env: NodeJS.ProcessEnv = {}): Program {
  const { NODE_OPTIONS: _, ...clean } = process.env; // without tap's loaders
  const child = spawn(process.execPath, [EXAMPLES + name], {
    env: { ...clean, WAD_SOCKET: wad.home.socket, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  t.teardown(() => child.kill('SIGKILL'));
  return {
    ...{ child, said },
    end: (signal) => {
      if (signal !== undefined) child.kill(signal);
      return ended;
    },
  };
}

/** Waits until the consumer is registered: a new consumer receives only later messages. */
const begun = (wad: Wad): Promise<unknown> =>
  eventually(
    async () => (await wad.request('events.consumers')).consumers.length === 1,
    'the new consumer is registered',
    WAIT_MS,
  );

async function withAccount(t: Test, act: (wad: Wad, sim: Simulator) => Promise<void>): Promise<void> {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const wad = await home.startLinked(phone);
  await act(wad, sim);
}

t.test('echo answers each message once, including those that arrived while it was down', async (t) => {
  await withAccount(t, async (wad, sim) => {
    const contact = sim.createContact({ number: '15550002222' });
    const bodies = () => contact.received.map(({ body }) => body);
    const first = run(t, wad, 'echo.mjs');
    await begun(wad);
    await contact.send('one');
    await eventually(() => bodies().length === 1, 'the first answer', WAIT_MS);
    await first.end('SIGKILL');
    await contact.send('two');
    await wad.event('message', ({ body }) => body === 'two');
    const second = run(t, wad, 'echo.mjs');
    await contact.send('three');
    await eventually(() => bodies().length === 3, 'every answer');
    await wad.kill();
    const next = await wad.home.start();
    await next.until('ready');
    await contact.send('four');
    await eventually(() => bodies().length === 4, 'an answer through the next daemon');
    t.same(bodies(), ['one', 'two', 'three', 'four']);
    t.equal(await second.end('SIGTERM'), 0);
    t.equal(second.said.stderr, '');
  });
});

t.test('echo ignores messages from before its first start and messages older than a minute', async (t) => {
  await withAccount(t, async (wad, sim) => {
    const contact = sim.createContact({ number: '15550002222' });
    for (const body of ['before', 'more from before']) {
      await contact.send(body);
      await wad.event('message', (data) => data.body === body);
    }
    const first = run(t, wad, 'echo.mjs');
    await begun(wad);
    await contact.send('one');
    await eventually(() => contact.received.length > 0, 'the first answer', WAIT_MS);
    await first.end('SIGKILL');

    // While the program is down, two messages arrive: one an hour old, which the phone delivers late, and a
    // new one.
    await contact.send('an hour old', { malformed: { t: Math.floor(Date.now() / 1_000) - 3_600 } });
    await wad.event('message', ({ body }) => body === 'an hour old');
    const second = run(t, wad, 'echo.mjs');
    await contact.send('two');
    await eventually(() => contact.received.length > 1, 'the second answer', WAIT_MS);
    t.same(
      contact.received.map(({ body }) => body),
      ['one', 'two'],
    );
    t.equal(await second.end('SIGTERM'), 0, second.said.stderr);
  });
});

t.test('cron-report sends its report once a day, even if it is started more often', async (t) => {
  await withAccount(t, async (wad, sim) => {
    const contact = sim.createContact({ number: '15550002222' });
    const boss = sim.createContact({ number: '15550003333' });
    await contact.send('hello');
    await wad.event('message', ({ body }) => body === 'hello');
    const env = { REPORT_TO: '+1 555 000 3333' };
    const first = run(t, wad, 'cron-report.mjs', env);
    t.equal(await first.end(), 0, first.said.stderr);
    t.match(first.said.stdout, /^m-\w+ sent$/m);
    const again = run(t, wad, 'cron-report.mjs', env);
    t.equal(await again.end(), 0);
    t.equal(boss.received.length, 1);
    t.match(boss.received[0]?.body, /^The last day: 1 received, 0 sent, in 1 chats\.\nThe account is ready;/);
    t.equal(await run(t, wad, 'cron-report.mjs', { REPORT_TO: '' }).end(), 64);
  });
});

t.test('ticket-bridge makes a ticket of each message and a message of each reply', async (t) => {
  await withAccount(t, async (wad, sim) => {
    const contact = sim.createContact({ number: '15550002222', pushname: 'Ana' });
    const tickets: { key: unknown; ticket: Record<string, unknown> }[] = [];
    let down = true;
    let refused = 0;
    const receiver = createServer(async (request, response) => {
      const ticket = (await json(request)) as Record<string, unknown>;
      if (down) refused += 1;
      else tickets.push({ key: request.headers['idempotency-key'], ticket });
      response.writeHead(down ? 503 : 201).end();
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    t.teardown(() => receiver.close());
    const { port } = receiver.address() as AddressInfo;
    const env = { TICKETS_URL: `http://127.0.0.1:${port}/inbox`, BRIDGE_PORT: '0' };

    const first = run(t, wad, 'ticket-bridge.mjs', env);
    await begun(wad);
    await contact.send('my order?');
    await eventually(() => refused > 0, 'the ticket system refuses');
    await first.end('SIGKILL');
    down = false;
    const bridge = run(t, wad, 'ticket-bridge.mjs', env);
    const listens = await eventually(() => /bridge on (\d+)/.exec(bridge.said.stdout), 'the bridge listens');
    await eventually(() => tickets.length === 1, 'the ticket');
    const [{ key, ticket } = { key: null, ticket: {} }] = tickets;
    t.match(ticket, { contact: '15550002222', name: 'Ana', text: 'my order?' });
    t.equal(key, ticket.id);

    const reply = (body: unknown) =>
      fetch(`http://127.0.0.1:${listens[1]}/replies`, { method: 'POST', body: JSON.stringify(body) });
    const one = { id: 'r-1', contact: ticket.contact, text: 'on its way' };
    t.equal((await reply(one)).status, 202);
    t.equal((await reply(one)).status, 202, 'a repeated reply is accepted again');
    t.equal((await reply({ ...one, contact: 'nobody' })).status, 422);
    t.equal((await reply({})).status, 400);
    await eventually(() => contact.received.length > 0, 'the reply');
    await contact.send('thanks');
    await eventually(() => tickets.length === 2, 'the next ticket');
    t.same(
      contact.received.map(({ body }) => body),
      ['on its way'],
    );
    t.equal(await bridge.end('SIGTERM'), 0, bridge.said.stderr);
  });
});
