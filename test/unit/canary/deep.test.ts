/** What the deep canary makes of a client that does not get as far as a code: the servers are real, and the client does nothing. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type ClientMaker, type DeepOptions, runDeep } from '../../../src/canary/deep.js';
import { type Redirection, readRedirection } from '../../../src/canary/page-script.js';
import { exitOfDeep, isFailed } from '../../../src/canary/report.js';
import { TOTAL_MS } from '../../../src/canary/run.js';
import type { WhatsAppClient } from '../../../src/session/port.js';

type Made = Parameters<ClientMaker>[0];

class Idle {
  closed = 0;
  whatsappWeb: string | null = null;
  readonly browserVersion = null;
  readonly pageErrors = [];
  /** @param launched what happens at the launch */
  constructor(
    readonly made: Made,
    readonly launched: (client: Idle) => void,
  ) {}

  async launch(): Promise<void> {
    this.launched(this);
  }
  async close(): Promise<void> {
    this.closed += 1;
  }
}

async function run(t: Test, launched: (client: Idle) => void, more: Partial<DeepOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'wad-deep-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const clients: Idle[] = [];
  const result = await runDeep({
    directory,
    ...{ switches: [], env: {}, relied: [], wad: '0.1.0', loadMs: 20_000 },
    signal: new AbortController().signal,
    makeClient: (made) => {
      const client = new Idle(made, launched);
      clients.push(client);
      return client as unknown as WhatsAppClient;
    },
    ...more,
  });
  return { result, clients };
}

t.test('whatever goes wrong is a canary that could not be run', async (t) => {
  const { result } = await run(t, () => undefined, { directory: '/nowhere' });
  t.match(result, { failed: true, says: /^The canary could not be run: ENOENT/ });
  const thrown = await run(t, () => undefined, {
    makeClient: () => {
      throw new TypeError('no client');
    },
  });
  t.same(thrown.result, { failed: true, says: 'The canary could not be run: no client' });
  const { result: broken, clients } = await run(t, ({ made }) =>
    made.listener.event({ type: 'client.broken', reason: 'network_down', detail: 'net::ERR' }),
  );
  t.match(broken, {
    failed: true,
    says: /^The canary could not be run: network_down: net::ERR\.$/,
  });
  t.equal(clients[0]?.closed, 1);
});

t.test('it ends when it is told to, with its client closed', async (t) => {
  const controller = new AbortController();
  const steps: string[] = [];
  const { result, clients } = await run(
    t,
    () => setImmediate(() => controller.abort(new Error('it was ended by SIGTERM'))),
    { signal: controller.signal, progress: ({ step }) => steps.push(step) },
  );
  t.ok(isFailed(result));
  t.match(result, { says: /it was ended by SIGTERM/ });
  t.equal(clients[0]?.closed, 1);
  t.same(steps, [], 'no step is tried afterwards');
  const late = await run(t, () => t.fail('it is launched'), {
    signal: AbortSignal.abort(new Error('at once')),
  });
  t.match(late.result, { failed: true, says: /at once/ });
  t.equal(late.clients[0]?.closed, 1);
});

/** A page that has lost a capability and shows no code, with what its script has seen. */
const lame =
  (seen: Redirection | null, whatsappWeb: string | null = '2.3000.1') =>
  (client: Idle): void => {
    const { inspection, listener } = client.made;
    client.whatsappWeb = whatsappWeb;
    inspection.begun((async (_ms: number, question: unknown) =>
      question === readRedirection ? seen : { shapes: {}, exports: {} }) as never);
    const state = { state: 'missing', what: ['WAWebAdvSignatureApi'] } as const;
    listener.report({ type: 'capabilities', capabilities: { 'link.qr': state } });
    listener.event({ type: 'client.broken', reason: 'page_unresponsive', detail: 'no code' });
  };

t.test('a page that was reached and shows no code for want of a module is a finding', async (t) => {
  const { result } = await run(t, lame({ sockets: 1, trouble: null, keptBack: [] }));
  if (isFailed(result)) return void t.fail(result.says);
  const [link, ...rest] = result.steps;
  t.match(link, { step: 'link a phone', result: 'fails', error: /no code; link\.qr is missing/ });
  t.match(link?.modules, ['WAWebAdvSignatureApi']);
  for (const step of rest) t.equal(step.result, 'untried', step.step);
  t.match(result.lost, { 'link.qr': /missing/ });
  t.equal(exitOfDeep(result), 1);
});

t.test('a page that did not connect, is not trusted or does not answer says nothing', async (t) => {
  for (const [page, says] of [
    [lame({ sockets: 0, trouble: null, keptBack: [] }), /no chat socket/],
    [
      lame({ sockets: 1, trouble: 'another server has answered', keptBack: [] }),
      /cannot be trusted: another/,
    ],
    [lame(null), /could not be run: .*no code/],
    [lame({ sockets: 1, trouble: null, keptBack: [] }, null), /on this page: .*no code/],
  ] as const)
    t.match((await run(t, page)).result, { failed: true, says });
});

t.test('when the time is over the rest is untried, and there is a report', async (t) => {
  const { result } = await run(
    t,
    (client) => {
      client.whatsappWeb = '2.3000.1';
      client.made.listener.report({ type: 'qr', payload: 'a code' });
    },
    { totalMs: 0 },
  );
  if (isFailed(result)) return void t.fail(result.says);
  t.ok(result.steps.length > 20);
  for (const step of result.steps) t.match(step, { result: 'untried', error: 'no time left', modules: [] });
  t.equal(result.ok, false);
  t.match(result.says, /^WhatsApp Web 2\.3000\.1: there was no time for (\d+) of \1 steps$/);
  t.equal(exitOfDeep(result), 1);
});

t.test('all of it ends before the service would be ended', (t) => {
  const units = ['', 'user/'].map(
    (at) => new URL(`../../../../systemd/${at}wad-canary-deep@.service`, import.meta.url),
  );
  for (const unit of units) {
    const [, seconds] = /^TimeoutStartSec=(\d+)$/m.exec(readFileSync(unit, 'utf8')) ?? [];
    t.ok(TOTAL_MS + 120_000 < Number(seconds) * 1000, `${unit}`);
  }
  t.end();
});
