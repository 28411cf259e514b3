/** The parts of our WhatsApp server that Baileys does not check, or does not use in all their cases. */
import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import t from 'tap';
import { WebSocket } from 'ws';
import { Party } from '../../src/waserver/signal/party.js';
import { OwnSenderKey, SenderKey } from '../../src/waserver/signal/sender-key.js';
import { WaServer } from '../../src/waserver/wa-server.js';
import { makeServerIdentity } from '../../src/waserver/wire/certificate.js';
import { isSignedBy, makeKeyPair, sign } from '../../src/waserver/wire/curve.js';
import { FrameReader, frame } from '../../src/waserver/wire/frames.js';
import { Schema } from '../../src/waserver/wire/protobuf.js';
import { CERTIFICATE_CHAIN, CERTIFICATE_DETAILS } from '../../src/waserver/wire/schemas.js';

const P = 2n ** 255n - 19n;
const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  for (let b = base % P, e = exponent; e > 0n; e >>= 1n, b = (b * b) % P)
    if (e & 1n) result = (result * b) % P;
  return result;
};
/** The Ed25519 key of an X25519 key, as the specification of XEdDSA has it, for Node's own verification. */
function edwards(publicKey: Buffer): ReturnType<typeof createPublicKey> {
  const u = BigInt(`0x${Buffer.from(publicKey).reverse().toString('hex')}`);
  const y = ((u - 1n + P) * power(u + 1n, P - 2n)) % P;
  const x = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse().toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

t.test("signatures are right by Node's own Ed25519, and wrong for anything else", async (t) => {
  for (let round = 0; round < 8; round += 1) {
    const { publicKey, privateKey } = makeKeyPair();
    const message = Buffer.from(`message ${round}`);
    const signature = sign(privateKey, message);
    t.ok(verify(null, message, edwards(publicKey), signature));
    t.ok(isSignedBy(publicKey, message, signature));
    t.notOk(isSignedBy(publicKey, Buffer.from('another'), signature));
    t.notOk(isSignedBy(makeKeyPair().publicKey, message, signature));
    t.notOk(isSignedBy(publicKey, message, signature.subarray(1)));
    t.notOk(isSignedBy(publicKey, message, Buffer.alloc(64, 255)));
  }
});

t.test('the chain of certificates leads from the root to the key of the handshake', async (t) => {
  const { root, staticKey, certificates } = makeServerIdentity();
  const { leaf, intermediate } = CERTIFICATE_CHAIN.decode(certificates);
  const none = Buffer.alloc(0);
  const [leafDetails, middleDetails] = [leaf, intermediate].map((one) =>
    CERTIFICATE_DETAILS.decode(one?.details ?? none),
  );
  t.ok(isSignedBy(root, intermediate?.details ?? none, intermediate?.signature ?? none));
  t.ok(isSignedBy(middleDetails?.key ?? none, leaf?.details ?? none, leaf?.signature ?? none));
  t.same(leafDetails?.key, staticKey.publicKey);
  t.equal(leafDetails?.issuerSerial, middleDetails?.serial);
  t.equal(middleDetails?.issuerSerial, 0);
});

t.test('frames are found wherever the bytes are cut, and after a route', async (t) => {
  const [one, two] = [Buffer.from('one'), Buffer.alloc(3000, 2)];
  const hello = Buffer.from('WA\u0006\u0003');
  for (const route of [Buffer.alloc(0), Buffer.from('ED\0\u0001\0\0\u0003abc', 'latin1')]) {
    const all = Buffer.concat([route, hello, frame(one), frame(two), frame(Buffer.alloc(0))]);
    for (const size of [1, 2, 5, 1000, all.length]) {
      const reader = new FrameReader();
      const found: Buffer[] = [];
      for (let at = 0; at < all.length; at += size) found.push(...reader.take(all.subarray(at, at + size)));
      t.same(
        found.map(({ length }) => length),
        [3, 3000, 0],
        `${size} bytes at a time`,
      );
      t.same(reader.prologue, hello);
    }
  }
  t.throws(() => new FrameReader().take(Buffer.from('GET / HTTP/1.1')), /does not begin with "WA"/);
});

t.test('protocol buffers', async (t) => {
  const schema = new Schema({
    number: [1, 'uint'],
    flag: [2, 'bool'],
    name: [3, 'text'],
    many: [4, 'uint', 'many'],
    inner: [5, new Schema({ bytes: [1, 'bytes'] }), 'many'],
  });
  const value = {
    number: 2 ** 45 + 3,
    flag: false,
    name: 'Ana',
    many: [0, 300],
    inner: [{ bytes: Buffer.from('x') }, {}],
  };
  t.same(schema.decode(schema.encode(value)), value);
  t.same(schema.decode(Buffer.from('2202ac02', 'hex')), { many: [300] }, 'packed');
  t.equal(schema.encode({ many: [0, 300] }).toString('hex'), '220300ac02', 'the page takes them only packed');
  t.same(
    schema.decode(Buffer.from('3a0161490000000000000000080a', 'hex')),
    { number: 10 },
    'other fields are skipped',
  );
  for (const cut of ['08', '1a05', '1aff', '0b'])
    t.throws(() => schema.decode(Buffer.from(cut, 'hex')), RangeError, cut);
});

t.test('messages are read in any order, once, and by nobody else', async (t) => {
  const [ana, ben] = [new Party(), new Party()];
  const plain = ['one', 'two', 'three', 'four'];
  const sealed = plain.map((text) => ana.encrypt('ben', Buffer.from(text), () => ben.bundle()));
  for (const at of [2, 0, 3, 1]) {
    const { type, bytes } = sealed[at] as (typeof sealed)[number];
    t.equal(ben.decrypt('ana', type, bytes).toString(), plain[at]);
    t.throws(() => ben.decrypt('ana', type, bytes), /was read before/);
  }
  const answer = ben.encrypt('ana', Buffer.from('answer'), () => ana.bundle());
  t.equal(answer.type, 'msg', 'the session of the first message is used');
  t.equal(ana.decrypt('ben', answer.type, answer.bytes).toString(), 'answer');
  t.equal(ana.encrypt('ben', Buffer.from('five'), () => ben.bundle()).type, 'msg');
  t.throws(() => new Party().decrypt('ana', 'msg', answer.bytes), /no session with ana/);
  const changed = Buffer.from(answer.bytes);
  changed[20] = (changed[20] ?? 0) ^ 1;
  t.throws(() => ana.decrypt('ben', 'msg', changed));
});

t.test('a one-time key serves one session', async (t) => {
  const [ana, ben, cleo] = [new Party(), new Party(), new Party()];
  const bundle = ben.bundle();
  const first = ana.encrypt('ben', Buffer.from('first'), () => bundle);
  const second = cleo.encrypt('ben', Buffer.from('second'), () => bundle);
  t.equal(ben.decrypt('ana', first.type, first.bytes).toString(), 'first');
  t.throws(() => ben.decrypt('cleo', second.type, second.bytes), /was used before/);
});

t.test('messages of a group are read in any order, and only as they were signed', async (t) => {
  const own = new OwnSenderKey();
  const theirs = new SenderKey(own.distribution());
  const sealed = ['one', 'two', 'three'].map((text) => own.encrypt(Buffer.from(text)));
  const late = new SenderKey(own.distribution());
  const [one, two, three] = sealed as [Buffer, Buffer, Buffer];
  t.equal(theirs.decrypt(three).toString(), 'three');
  t.equal(theirs.decrypt(one).toString(), 'one');
  t.throws(() => theirs.decrypt(one), /was read before/);
  const changed = Buffer.from(two);
  changed[12] = (changed[12] ?? 0) ^ 1;
  t.throws(() => theirs.decrypt(changed));
  t.throws(() => late.decrypt(one), /was read before/, 'a later member cannot read what was sent before');
  t.throws(() => new SenderKey(new OwnSenderKey().distribution()).decrypt(one), /no sender key/);
});

t.test('a client that speaks something else is cut off, and the server goes on', async (t) => {
  const server = await WaServer.start();
  t.teardown(() => server.close());
  const hello = Buffer.from('WA\u0006\u0003');
  const wrong = [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.concat([hello, frame(Buffer.from('no handshake'))]),
    Buffer.concat([hello, frame(Buffer.alloc(0))]),
  ];
  for (const bytes of wrong) {
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    socket.send(bytes);
    await closed;
  }
  t.equal(server.problems.length, wrong.length);
});

t.test('the page and programs connect, and no page of another origin', async (t) => {
  const server = await WaServer.start();
  t.teardown(() => server.close());
  for (const [origin, status] of [
    [undefined, 101],
    ['https://web.whatsapp.com', 101],
    ['https://evil.example', 403],
    ['https://web.whatsapp.com.evil.example', 403],
    ['null', 403],
  ] as const) {
    const socket = new WebSocket(server.url, origin === undefined ? {} : { origin });
    const answered = new Promise((done) => {
      socket.once('upgrade', ({ statusCode }) => done(statusCode));
      socket.once('unexpected-response', (_request, { statusCode }) => done(statusCode));
    });
    socket.on('error', () => undefined);
    t.equal(await answered, status, String(origin));
    socket.terminate();
  }
});
