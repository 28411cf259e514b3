/** The server as a program, controlled over HTTP as the simulator is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { Simulator } from '../simulator/simulator.js';
import { Baileys } from './baileys.js';
import { ANA, BEN, ME } from './world.js';

const PROGRAM = fileURLToPath(new URL('../../../dist/waserver-main.cjs', import.meta.url));

type Json = Record<string, unknown>;

/** Asks by POST if there is a body, and by GET otherwise. */
const asker =
  (control: string) =>
  async (path: string, body?: Json): Promise<Json> => {
    const response = await fetch(control + path, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const answer = (await response.json()) as Json;
    if (response.status !== 200) throw new Error(`${response.status}: ${String(answer.error)}`);
    return answer;
  };

interface Test {
  teardown(close: () => Promise<void>): void;
}

/** Runs until the test ends. */
async function program(t: Test) {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGTERM');
    const [code] = await exit;
    if (code !== 0) throw new Error(`it ended with ${code}`);
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url, rootKey, control } = JSON.parse(line) as { url: string; rootKey: string; control: string };
  const client = new Baileys({ url, rootKey: Buffer.from(rootKey, 'base64') });
  t.teardown(() => client.stop());
  return { control, ask: asker(control), client };
}

t.test('a client links, receives and sends, by HTTP alone', async (t) => {
  const { ask, client } = await program(t);
  await ask('/phones', { number: ME, pushname: 'Me' });
  await ask('/contacts', { number: ANA, name: 'Ana' });
  await client.link({ scan: (qr) => ask(`/phones/${ME}/scan`, { qr }) });
  t.match(await ask(`/phones/${ME}/wait-online`, {}), { id: '1', online: true });

  const { id } = await ask(`/contacts/${ANA}/send`, { body: 'hello' });
  await client.message('hello');
  t.match(await ask(`/contacts/${ANA}/wait-delivery`, { id }), { id, delivered: true });

  await ask(`/contacts/${ANA}`, { autoReply: 'you said %s' });
  await client.socket.sendMessage(`${ANA}@s.whatsapp.net`, { text: 'hi' });
  await client.message('you said hi');
  const from = `${ME}@c.us`;
  t.match(await ask(`/contacts/${ANA}/wait-message`, { body: 'hi' }), { from, type: 'chat' });

  await ask(`/phones/${ME}/send`, { to: ANA, body: 'from the phone' });
  await client.message('from the phone');
  t.match(await ask(`/contacts/${ANA}/wait-message`, { body: 'from the phone' }), { from });

  t.match(await ask('/'), { problems: [], missing: [] });
  await ask(`/phones/${ME}/unlink`, {});
  t.equal(await client.closed(), 401);
});

t.test('wrong requests are refused with a reason', async (t) => {
  const { ask } = await program(t);
  await t.rejects(ask('/phones', {}), /400: "number" must be a text/);
  await t.rejects(ask('/phones/1/scan', { qr: 'x' }), /400: no phone 1/);
  await t.rejects(ask('/nothing'), /404: no GET \/nothing/);
  await ask('/phones', { number: ME });
  await t.rejects(ask(`/phones/${ME}/scan`, { qr: 'x' }), /400: no client shows this code/);
  await t.rejects(ask(`/phones/${ME}/wait-online`, { timeoutMs: 1 }), /400: no linked device online/);
  await ask('/contacts', { number: ANA });
  for (const [path, body, error] of [
    ['/phones', { number: BEN, pushname: 5 }, '"pushname" must be a text'],
    ['/phones', { number: BEN, lidMigrated: 'no' }, '"lidMigrated" must be true or false'],
    ['/contacts', { number: BEN, name: {} }, '"name" must be a text'],
    [`/contacts/${ANA}`, { readReceipts: 'false' }, '"readReceipts" must be true or false'],
    [`/contacts/${ANA}`, { autoReply: 3 }, '"autoReply" must be a text'],
    [`/contacts/${ANA}`, { writesUnder: 'name' }, '"writesUnder" must be one of lid, pn'],
    [`/contacts/${ANA}/appear`, { state: 'asleep' }, '"state" must be one of available, '],
    [`/contacts/${ANA}/appear`, { state: 'available', lastSeen: 'x' }, '"lastSeen" must be a number or null'],
    ['/groups', { subject: 'x', participants: ['1'] }, 'nobody has the number "1"'],
    ['/groups', { subject: 'x', participants: [] }, 'nobody has the number ""'],
    ['/groups', { subject: 'x', participants: [ANA], announce: 1 }, '"announce" must be true or false'],
    ['/channels', { name: 'x', owner: '1' }, 'nobody has the number "1"'],
  ] as const)
    await t.rejects(ask(path, body), { message: new RegExp(`^400: ${error}`) }, error);
  t.match(await ask('/'), { groups: [] });
});

/** What a driver does before there is a client; each answer has at least the simulator's fields. */
const DRIVER: readonly (readonly [path: string, body?: Json])[] = [
  ['/phones', { number: ME, pushname: 'Me' }],
  ['/contacts', { number: ANA, name: 'Ana' }],
  ['/contacts', { number: BEN, name: 'Ben' }],
  [`/contacts/${ANA}`, { readReceipts: false, online: false, registered: true, autoReply: 'x' }],
  [`/phones/${ME}`],
  [`/contacts/${ANA}/send`, { body: 'old' }],
  [`/contacts/${ANA}/received`],
  [`/contacts/${ANA}/sent`],
  [`/phones/${ME}/messages`],
  [`/phones/${ME}/ban`, { code: 403 }],
  [`/phones/${ME}/unban`, {}],
  [`/phones/${ME}/lock-reach-out`, { ms: 1 }],
  [`/phones/${ME}/conflict`, {}],
  [`/phones/${ME}/unlink`, {}],
  ['/groups', { subject: 'Friends', participants: [`${ANA}@c.us`, `${ME}@c.us`], announce: true }],
  ['/groups/GROUP/add', { by: `${ANA}@c.us`, what: 'add', participants: [`${BEN}@c.us`] }],
  ['/groups/GROUP/subject', { by: `${ANA}@c.us`, what: 'subject', value: 'Good friends' }],
  ['/channels', { name: 'News', owner: `${ANA}@c.us` }],
  ['/missing'],
  ['/faults/drop-sockets', {}],
];

/** Names of fields with the kinds of their values. Lists are not looked into: messages differ. */
const formOf = (answer: Json): Json =>
  Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, Array.isArray(value) ? 'list' : typeof value]),
  );

async function drive(control: string): Promise<[string, Json][]> {
  const ask = asker(control);
  const forms: [string, Json][] = [];
  let group = '';
  for (const [path, body] of DRIVER) {
    const answer = await ask(path.replace('GROUP', group), body);
    if (path === '/groups') group = String(answer.id);
    forms.push([path, formOf(answer)]);
  }
  return forms;
}

t.test("a driver of the simulator drives this server: its answers have the simulator's fields", async (t) => {
  await using simulator = await Simulator.start();
  const { control } = await program(t);
  const ours = await drive(control);
  for (const [index, [path, form]] of (await drive(simulator.control)).entries())
    t.match(ours[index]?.[1], form, path);
});

t.test('it ends on SIGTERM, whatever is waited for', async (t) => {
  // The end of the program is awaited when the test ends.
  const { ask } = await program(t);
  await ask('/phones', { number: ME });
  ask(`/phones/${ME}/wait-online`, { timeoutMs: 2 ** 31 - 1 }).catch(() => undefined);
  t.match(await ask('/'), { problems: [] });
});

t.test('the command line', async (t) => {
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, errors] = await Promise.all(
      [child.stdout, child.stderr].map(async (stream) => (await stream.toArray()).join('')),
    );
    return { code: child.exitCode ?? (await once(child, 'exit'))[0], out, errors };
  };
  t.match(await run('--help'), { code: 0, out: /--control-port P/, errors: '' });
  t.match(await run('--port', 'x'), { code: 64, out: '', errors: /"x" is no port/ });
  t.match(await run('--cert', 'x'), { code: 64, errors: /--cert and --key belong together/ });
  t.match(await run('--nonsense'), { code: 64, errors: /nonsense/ });
});

t.test('the package gives the server to programs', async (t) => {
  const name = 'wactl/waserver';
  const { WaServer, ControlHttp } = (await import(name)) as typeof import('../../src/waserver/index.js');
  const server = await WaServer.start();
  const control = await ControlHttp.start(server);
  try {
    t.match(await asker(control.url)('/'), { url: server.url, rootKey: server.rootKey.toString('base64') });
  } finally {
    await control.close();
    await server.close();
  }
});
