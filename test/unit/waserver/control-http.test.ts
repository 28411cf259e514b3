/** The control API answers programs on this machine, and no web page; also the simulator's. */
import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import t from 'tap';
import { ControlHttp, WaServer } from '../../../src/waserver/index.js';
import { Simulator } from '../../simulator/simulator.js';

const MOST_BYTES = 64 * 1024 * 1024;
const ME = '15550100001';
const ANA = '15550100002';

const server = await WaServer.start();
const control = await ControlHttp.start(server);
t.teardown(async () => {
  await control.close();
  await server.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

/** Asks by POST if there is a body. */
async function ask(url: string, headers: OutgoingHttpHeaders, parts: Iterable<Buffer> = []): Promise<Answer> {
  const asked = request(url, {
    ...{ method: parts === NONE ? 'GET' : 'POST', headers, agent: false },
    signal: AbortSignal.timeout(30_000),
  });
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  for (const part of parts) asked.write(part);
  asked.end();
  const [response] = await answered;
  const text = (await response.setEncoding('utf8').toArray()).join('');
  return { status: response.statusCode, body: JSON.parse(text) };
}
const NONE: readonly Buffer[] = [];
const post = (path: string, body: object): Promise<Answer> =>
  ask(control.url + path, {}, [Buffer.from(JSON.stringify(body))]);

t.test('a web page is refused, under whatever name it asks', async (t) => {
  await using simulator = await Simulator.start();
  for (const url of [control.url, simulator.control]) {
    const { port } = new URL(url);
    for (const [headers, status] of [
      [{ host: `127.0.0.1:${port}` }, 200],
      [{ host: `LocalHost:${port}` }, 200],
      [{ host: '127.0.0.1' }, 403],
      [{ host: '127.0.0.1:1' }, 403],
      [{ host: `evil.example:${port}` }, 403],
      [{ host: `127.0.0.1.evil.example:${port}` }, 403],
      [{ origin: 'https://evil.example' }, 403],
      [{ origin: 'null' }, 403],
      [{ origin: url }, 403],
    ] as [OutgoingHttpHeaders, number][]) {
      t.equal((await ask(url, headers, NONE)).status, status, JSON.stringify(headers));
    }
    const made = Buffer.from(JSON.stringify({ number: '15550100009' }));
    t.equal((await ask(`${url}/phones`, { origin: 'https://evil.example' }, [made])).status, 403);
  }
  t.same([server.phones, simulator.phones], [[], []], 'and nothing was done');
});

t.test('a body that is too large is answered, with and without its length', async (t) => {
  const part = Buffer.alloc(1024 * 1024, ' ');
  const parts = function* () {
    for (let sent = 0; sent <= MOST_BYTES; sent += part.length) yield part;
  };
  const refused = { status: 413, body: { name: 'Refused', error: /more than 67108864 bytes/ } };
  t.match(await ask(control.url, {}, parts()), refused);
  t.match(await ask(control.url, { 'content-length': MOST_BYTES + part.length }, parts()), refused);
  t.match(await ask(control.url, {}, [Buffer.from('[]')]), { status: 400, body: { error: /a JSON object/ } });
});

t.test('a client that goes away while it asks harms nobody', async (t) => {
  const asked = request(control.url, { method: 'POST', agent: false });
  asked.on('error', () => undefined);
  const closed = new Promise((done) => asked.once('close', done));
  asked.write('{');
  await once(asked, 'socket');
  asked.destroy();
  await closed;
  t.match(await ask(control.url, {}, NONE), { status: 200, body: { phones: [] } });
});

t.test('an answer has what was received as it was written', async (t) => {
  server.createPhone({ number: ME });
  await post('/contacts', { number: ANA, autoReply: 'you said %s, %s' });
  const [ana] = server.contacts;
  const message = { body: "$& $1 $' $$" } as Parameters<NonNullable<NonNullable<typeof ana>['autoReply']>>[0];
  t.equal(ana?.autoReply?.(message), "you said $& $1 $' $$, $& $1 $' $$");
});

t.test('a file of an unknown type is refused by name', async (t) => {
  for (const type of ['film', 'toString', 1])
    t.match(
      await post(`/contacts/${ANA}/send-media`, { data: 'YQ==', mimetype: 'image/png', type }),
      {
        status: 400,
        body: { error: /"type" must be one of image, video, audio, voice, ptt, sticker, document/ },
      },
      String(type),
    );
});

t.test('a file needs its mimetype or its type', async (t) => {
  const refused = { status: 400, body: { error: '"mimetype" or "type" must be given' } };
  t.match(await post(`/contacts/${ANA}/send-media`, { data: 'YQ==' }), refused);
});

t.test('a person needs digits that nobody has', async (t) => {
  const { length } = server.contacts;
  for (const [path, body, error] of [
    ['/phones', { number: ME }, `somebody has the number ${ME} already`],
    ['/phones', { number: ANA }, `somebody has the number ${ANA} already`],
    ['/contacts', { number: ANA }, `somebody has the number ${ANA} already`],
    ['/contacts', { number: ME }, `somebody has the number ${ME} already`],
    ['/contacts', { number: 'abc def' }, '"abc def" is no number: it must be 1 to 15 digits'],
    ['/phones', { number: '' }, '"" is no number: it must be 1 to 15 digits'],
    ['/contacts', { number: '15550100003', lid: 'x' }, '"x" is no LID: it must be 1 to 20 digits'],
    ['/contacts', { number: '15550100003', lid: 1 }, '"lid" must be a text'],
    ['/phones', { number: '15550100003', lid: '915550100002' }, undefined],
    [
      '/contacts',
      { number: '15550100004', lid: '915550100002' },
      'somebody has the LID 915550100002 already',
    ],
  ] as const)
    t.match(
      await post(path, body),
      error === undefined ? { status: 200 } : { status: 400, body: { error } },
      JSON.stringify(body),
    );
  t.equal(server.contacts.length, length);
  t.equal(server.phones.length, 2);
});

t.test('a change of a group that every object has is refused by name', async (t) => {
  const { id } = (await post('/groups', { subject: 'Friends', participants: [ANA, ME] })).body as {
    id: string;
  };
  for (const what of ['constructor', 'toString', '__proto__'])
    t.match(await post(`/groups/${id}/${what}`, { by: ANA }), {
      status: 400,
      body: { error: `a group cannot change "${what}"` },
    });
});

t.test('a timeout that no timer has is refused by name', async (t) => {
  for (const timeoutMs of [2 ** 31, 1e300, -1, 'soon', '1e10'])
    t.match(
      await post(`/phones/${ME}/wait-online`, { timeoutMs }),
      { status: 400, body: { error: 'timeoutMs must be a number from 0 to 2147483647' } },
      String(timeoutMs),
    );
  for (const timeoutMs of [null, '', true, []])
    t.match(
      await post(`/phones/${ME}/wait-online`, { timeoutMs }),
      { status: 400, body: { error: '"timeoutMs" must be a number' } },
      String(timeoutMs),
    );
  const [phone] = server.phones;
  for (const timeoutMs of [Number.NaN, Number.POSITIVE_INFINITY])
    await t.rejects(async () => phone?.waitForOnline({ timeoutMs }), RangeError);
  t.match(await post(`/phones/${ME}/wait-offline`, { timeoutMs: 2 ** 31 - 1 }), { status: 200 });
});

t.test('a wait whose condition throws ends, and nobody else notices', async (t) => {
  const ana = server.contacts.find(({ number }) => number === ANA);
  const [phone] = server.phones;
  if (ana === undefined || phone === undefined) throw new Error('nobody is here');
  let asked = 0;
  const broken = ana.waitForObserved(() => {
    asked += 1;
    throw new Error('a wrong condition');
  });
  const waiting = t.rejects(broken, { message: 'a wrong condition' });
  ana.observe({ from: ME, state: 'available' });
  await waiting;
  phone.send('hello', { to: ANA });
  t.equal(asked, 1, 'it is not asked again');
  t.same(server.problems, []);
});
