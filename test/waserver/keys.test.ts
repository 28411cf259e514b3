/** One-time keys of Baileys: uploaded, uploaded again, given out, and used up. */
import type { BinaryNode } from 'baileys';
import t from 'tap';
import { linkedWorld } from './world.js';

const bytes = (value: number, length: number): Buffer => {
  const out = Buffer.alloc(length);
  out.writeUIntBE(value, 0, length);
  return out;
};

t.test('a device gives more keys when few are left, and can be written to without any', async (t) => {
  const { phone, ana, client } = await linkedWorld(t);
  const [device] = phone.devices;
  if (device === undefined) throw new Error('no device');
  let given = 0;
  for (; device.keys.count > 0; given += 1) device.bundle();
  t.notOk(device.bundle().preKey);
  ana.send('without a one-time key');
  await client.message('without a one-time key');
  t.ok(given > 800);
  // It gives more because it was told: by itself it looks only when it connects.
  const ping = () =>
    client.socket.query({ tag: 'iq', attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'w:p' } });
  while (device.keys.count < 5) await ping();
});

t.test('keys that are uploaded twice are there once, and unsigned ones are refused', async (t) => {
  const { phone, client } = await linkedWorld(t);
  const [device] = phone.devices;
  if (device === undefined) throw new Error('no device');
  const { identityKey, signedPreKey, count } = device.keys;
  const upload = (signature: Buffer): Promise<BinaryNode> => {
    const tag = (name: string, content: Buffer | BinaryNode[]): BinaryNode => ({
      tag: name,
      attrs: {},
      content,
    });
    const key = (id: number) => tag('key', [tag('id', bytes(id, 3)), tag('value', Buffer.alloc(32, 9))]);
    return client.socket.query({
      tag: 'iq',
      attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'encrypt' },
      content: [
        tag('registration', bytes(device.keys.registrationId, 4)),
        tag('identity', identityKey),
        tag('list', [key(900_001), key(900_002)]),
        tag('skey', [
          tag('id', bytes(signedPreKey.id, 3)),
          tag('value', signedPreKey.publicKey),
          tag('signature', signature),
        ]),
      ],
    });
  };
  for (let round = 0; round < 2; round += 1) await upload(signedPreKey.signature);
  t.equal(device.keys.count, count + 2);
  await t.rejects(upload(Buffer.alloc(64, 1)), { message: 'not-acceptable' });
});
