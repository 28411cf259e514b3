/** The gateway serves requests as the n8n node for WAHA and the clients of wwebjs-api make them, on a simulated phone. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import t from 'tap';
import { isServed } from '../../src/gateway/compat/row.js';
import { WAHA_ROWS } from '../../src/gateway/compat/waha.js';
import { WWEBJS_ROWS } from '../../src/gateway/compat/wwebjs-api.js';
import { eventually } from '../harness/eventually.js';
import { GatewayHome } from '../harness/gateway.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const ANA = '15550002222@c.us';

/** A picture of one colour. @param side in pixels; noise of that many pixels does not compress */
function picture(side: number): Buffer {
  const png = new PNG({ width: side, height: side });
  for (let at = 0; at < png.data.length; at += 1) png.data[at] = (at * 2_654_435_761) >>> 24;
  return PNG.sync.write(png, { deflateLevel: 0 });
}

/** Routes that are answered without an account, or with the accounts that the token has. */
const OF_NO_ACCOUNT: readonly string[] = [
  ...['GET /ping', 'GET /health', 'GET /api/version', 'GET /api/server/version'],
  ...['GET /api/sessions', 'GET /session/getSessions'],
];

/** A body that fits every route. */
const EVERYTHING = {
  ...{ session: 'shop', name: 'shop', logout: true, chatId: ANA, contactId: ANA, messageId: 'x', id: 'x' },
  ...{ text: 'x', content: 'x', contentType: 'string', number: '15550002222', phoneNumber: '15550002222' },
  ...{ file: { data: 'eHh4' }, poll: { name: 'x', options: ['a', 'b'] }, latitude: 1, longitude: 1 },
  ...{ title: 'x', url: 'x', subject: 'x', presence: 'typing', destinationChatId: ANA, userIds: [ANA] },
  ...{ participants: [ANA], participantIds: [ANA], pollMessageId: 'x', votes: ['a'] },
  ...{ preview: { url: 'https://example.com', title: 'x' }, replyTo: 'x', selectedButtonID: 'x' },
};

/** Sends requests as the other programs' clients do: with the key in X-Api-Key, and JSON. */
function clientOf(url: string, key: string) {
  const headers = { 'X-Api-Key': key, Accept: 'application/json', 'Content-Type': 'application/json' };
  return async (request: string, body?: object, more: Record<string, string> = {}) => {
    const [verb = '', path = ''] = request.split(' ');
    const response = await fetch(`${url}${path}`, {
      method: verb,
      headers: { ...headers, ...more },
      ...(body && { body: JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, bytes, json: isJson ? JSON.parse(String(bytes)) : null };
  };
}

t.test("an account is linked and used through both programs' routes", async (t) => {
  await using sim = await Simulator.start();
  await using machine = await GatewayHome.make();
  await using home = await Home.make(sim, { t, socket: await machine.socketOf('shop') });
  const phone = sim.createPhone({ number: NUMBER, pushname: 'Shop' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start({ args: ['--account', 'shop'] });
  const env = { WAD_GATEWAY_COMPAT: 'waha wwebjs-api', WAD_GATEWAY_RATE_PER_MINUTE: '60000' };
  const gateway = await machine.start({ env });
  const ask = clientOf(gateway.url, await gateway.token('n8n', 'read,send,operate'));

  // Linking.
  await wad.until('linking');
  t.match((await ask('GET /api/sessions')).json, [{ name: 'shop', status: 'SCAN_QR_CODE', me: null }]);
  const qr = await ask('GET /api/shop/auth/qr?format=image');
  t.equal(qr.status, 200);
  t.equal(qr.json.mimetype, 'image/png');
  const scanned = (png: Buffer): string => {
    const { data, width, height } = PNG.sync.read(png);
    return jsqr.default(new Uint8ClampedArray(data), width, height)?.data ?? '';
  };
  const value = scanned(Buffer.from(qr.json.data, 'base64'));
  t.equal(value, await wad.qr());
  t.same((await ask('GET /session/qr/shop')).json, { success: true, qr: value });
  t.equal(scanned((await ask('GET /session/qr/shop/image', undefined, { Accept: '*/*' })).bytes), value);
  t.match((await ask('GET /session/status/shop')).json, { success: false, message: 'session_not_connected' });
  await phone.scan(value);
  await wad.until('ready');
  const me = { id: `${NUMBER}@c.us`, pushName: 'Shop' };
  t.match((await ask('GET /api/sessions/shop')).json, { name: 'shop', status: 'WORKING', me });
  t.same((await ask('GET /session/status/shop')).json, {
    success: true,
    state: 'CONNECTED',
    message: 'session_connected',
  });
  t.same((await ask('GET /session/getSessions')).json, { success: true, result: ['shop'] });
  t.match((await ask('GET /session/qr/shop')).json, { success: false });

  // Sending.
  const to = { session: 'shop', chatId: ANA };
  const text = await ask('POST /api/sendText', { ...to, text: 'from n8n', reply_to: null });
  t.equal(text.status, 201);
  t.match(text.json, { id: /^true_15550002222@c\.us_3EB0/, fromMe: true, body: 'from n8n', ack: 0 });
  const library = { chatId: ANA, contentType: 'string', content: 'from wwebjs-api' };
  const second = await ask('POST /client/sendMessage/shop', library);
  t.match(second.json, { success: true, message: { fromMe: true, to: ANA, body: 'from wwebjs-api' } });
  const small = picture(16);
  const file = { mimetype: 'image/png', filename: 'a.png', data: small.toString('base64') };
  t.equal((await ask('POST /api/sendImage', { ...to, file, caption: 'look' })).status, 201);
  // More than other bodies may have.
  const large = picture(1_000);
  t.ok(large.length > 2 ** 21);
  const content = { mimetype: 'image/png', filename: 'b.png', data: large.toString('base64') };
  const media = { chatId: ANA, contentType: 'MessageMedia', content, options: { sendMediaAsDocument: true } };
  t.match(await ask('POST /client/sendMessage/shop', media), { status: 200, json: { success: true } });
  const poll = { name: 'Cats?', options: ['yes', 'no'], multipleAnswers: false };
  t.equal((await ask('POST /api/sendPoll', { ...to, poll })).status, 201);
  await eventually(() => ana.received.length === 5, 'all messages arrive');
  t.same(
    ana.received.map(({ type }) => type),
    ['chat', 'chat', 'image', 'document', 'poll_creation'],
  );
  t.match(ana.received[0], { body: 'from n8n' });

  // The id of the answer names the message in other routes.
  const reaction = { session: 'shop', messageId: text.json.id, reaction: '👍' };
  t.equal((await ask('PUT /api/reaction', reaction)).status, 200);
  t.match((await ask(`GET /api/shop/chats/${ANA}/messages/${text.json.id}`)).json, {
    id: text.json.id,
    body: 'from n8n',
  });

  // Reading.
  await ana.send('hello back');
  await wad.event('message', ({ body }) => body === 'hello back', { after: 0 });
  t.match((await ask('GET /api/shop/chats?limit=10')).json, [{ id: { _serialized: ANA }, name: 'Ana' }]);
  const messages = (await ask(`GET /api/shop/chats/${ANA}/messages?limit=2&downloadMedia=false`)).json;
  t.match(messages, [{ fromMe: true }, { fromMe: false, from: ANA, body: 'hello back' }]);
  t.match((await ask('POST /chat/fetchMessages/shop', { chatId: ANA, searchOptions: { limit: 1 } })).json, {
    success: true,
    messages: [{ body: 'hello back', id: { fromMe: false } }],
  });
  t.equal((await ask('POST /api/sendSeen', to)).status, 201);
  const exists = '/api/contacts/check-exists?session=shop&phone=';
  t.same((await ask(`GET ${exists}15550002222`)).json, { numberExists: true, chatId: ANA });
  t.same((await ask(`GET ${exists}15550009999`)).json, { numberExists: false });
  t.same((await ask('GET /api/shop/groups')).json, []);

  // What is not served, and what is not permitted.
  t.same(await (await fetch(`${gateway.url}/ping`)).json(), { success: true, message: 'pong' });
  t.match(await ask('POST /client/runMethod/shop', {}), {
    status: 501,
    json: { success: false, reason: /by its name/, error: { data: { kind: 'not_served' } } },
  });
  t.equal((await clientOf(gateway.url, 'wrong')('GET /api/sessions')).status, 401);
  t.match(await ask('POST /api/sendText', { ...to, session: 'other', text: 'x' }), { status: 404 });
  const reader = clientOf(gateway.url, await gateway.token('reader', 'read', 'shop'));
  t.match(await reader('POST /api/sendText', { ...to, text: 'x' }), {
    status: 403,
    json: { error: { data: { kind: 'not_permitted' } } },
  });
  const stranger = clientOf(gateway.url, await gateway.token('stranger', 'admin', 'other'));
  t.same((await stranger('GET /api/sessions?all=true')).json, []);
  for (const row of [...WAHA_ROWS, ...WWEBJS_ROWS].filter(isServed)) {
    const name = `${row.verb} ${row.path}`;
    if (OF_NO_ACCOUNT.includes(name)) continue;
    const path = row.path.replace(/\{(?:session|sessionId)\}/, 'shop').replace(/\{\w+\}/g, ANA);
    const request = `${row.verb} ${path}?${new URLSearchParams({ session: 'shop', chatId: ANA, contactId: ANA, phone: '15550002222', text: 'x' })}`;
    const { status } = await stranger(request, row.verb === 'GET' ? undefined : EVERYTHING);
    t.equal(status, 403, `${name} of an account that the token lacks`);
  }
  const key = { 'X-Api-Key': await gateway.token('ops', 'admin') };
  t.equal(
    (await fetch(`${gateway.url}/api/accounts`, { headers: key })).status,
    401,
    "not on the gateway's own",
  );
  t.same(
    ana.received.slice(5).map(({ type }) => type),
    ['reaction'],
    'nothing more was sent',
  );

  // Stop keeps the link.
  t.match(await ask('POST /api/sessions/shop/stop'), {
    status: 201,
    json: { name: 'shop', status: 'STOPPED' },
  });
  t.match(await wad.status(), { status: 'stopped', session: { hasSession: true } });
  t.match(await ask('GET /session/status/shop'), { json: { state: null, message: 'session_not_connected' } });
  t.match(await ask('GET /session/stop/shop'), { json: { message: 'Session stopped successfully' } });
  t.match(await ask('POST /api/sessions/shop/start'), { status: 201, json: { name: 'shop' } });
  await wad.until('ready');
  t.equal(phone.devices.length, 1);

  // Logout shows a new code.
  t.match(await ask('POST /api/sessions/shop/logout'), { status: 201, json: { name: 'shop' } });
  await wad.until('linking');
  t.equal(phone.devices.length, 0);
});

t.test('without the key in the configuration the routes do not exist', async (t) => {
  await using machine = await GatewayHome.make();
  await writeFile(join(machine.dir, 'config/wad.toml'), '');
  const gateway = await machine.start();
  const token = await gateway.token('ops', 'admin');
  const headers = { Authorization: `Bearer ${token}` };
  t.equal((await fetch(`${gateway.url}/api/sessions`, { headers })).status, 404);
  t.equal((await fetch(`${gateway.url}/ping`, { headers })).status, 404);
});
