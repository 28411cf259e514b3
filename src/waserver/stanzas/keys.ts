/** xmlns `encrypt`: keys of this device, and keys of others. */
import type { Bundle, PublicPreKey } from '../signal/bundle.js';
import { bigEndian, bytes, child, children, type Node, node, uint } from '../wire/nodes.js';
import { Account } from '../world/account.js';
import { parseJid } from '../world/jid.js';
import type { World } from '../world/world.js';
import { type Handlers, Refusal } from './request.js';

const KEY_TYPE = Buffer.of(5);

const preKeyNode = (tag: string, { id, publicKey }: PublicPreKey, signature?: Buffer): Node =>
  node(tag, {}, [
    node('id', {}, bigEndian(id, 3)),
    node('value', {}, publicKey),
    ...(signature === undefined ? [] : [node('signature', {}, signature)]),
  ]);

const readPreKey = (of: Node): PublicPreKey => ({
  id: uint(child(of, 'id')),
  publicKey: bytes(child(of, 'value')),
});

const readSignedPreKey = (of: Node | undefined): Bundle['signedPreKey'] | undefined =>
  of === undefined ? undefined : { ...readPreKey(of), signature: bytes(child(of, 'signature')) };

/** The keys of a person's device; of a linked one, each one-time key is given once. */
function bundleOf(world: World, jid: string): Bundle | undefined {
  const person = world.registered(jid);
  const { device } = parseJid(jid);
  if (device === 0) return person?.party.bundle();
  return person instanceof Account ? person.devices.get(device)?.bundle() : undefined;
}

function identityOf(world: World, jid: string): Buffer | undefined {
  const person = world.registered(jid);
  const { device } = parseJid(jid);
  if (device === 0) return person?.party.identity.publicKey;
  return person instanceof Account ? person.devices.get(device)?.keys.identityKey : undefined;
}

const unknown = (jid: string | undefined): Node =>
  node('user', { jid }, [node('error', { code: '404', text: 'item-not-found' })]);

export const KEYS: Handlers = {
  'encrypt get count': ({ device }) => [node('count', { value: String(device.keys.count) })],

  'encrypt set registration': ({ device }, _part, iq) => {
    const signedPreKey = readSignedPreKey(child(iq, 'skey'));
    if (signedPreKey === undefined || !bytes(child(iq, 'identity')).equals(device.keys.identityKey))
      return new Refusal(406, 'not-acceptable');
    if (!device.keys.rotate(signedPreKey)) return new Refusal(406, 'not-acceptable');
    device.keys.add(children(child(iq, 'list'), 'key').map(readPreKey));
    return [];
  },

  'encrypt set rotate': ({ device }, part) => {
    const signedPreKey = readSignedPreKey(child(part, 'skey'));
    const isSigned = signedPreKey !== undefined && device.keys.rotate(signedPreKey);
    return isSigned ? [] : new Refusal(406, 'not-acceptable');
  },

  'encrypt get digest': ({ device: { keys } }) => [
    node('digest', {}, [
      node('registration', {}, bigEndian(keys.registrationId, 4)),
      node('type', {}, KEY_TYPE),
      node('identity', {}, keys.identityKey),
      preKeyNode('skey', keys.signedPreKey, keys.signedPreKey.signature),
      node(
        'list',
        {},
        keys.preKeyIds.map((id) => node('id', {}, bigEndian(id, 3))),
      ),
      node('hash', {}, keys.digest()),
    ]),
  ],

  'encrypt get key': ({ world }, part) => {
    const users = children(part, 'user').map(({ attrs: { jid = '' } }) => {
      const bundle = bundleOf(world, jid);
      if (bundle === undefined) return unknown(jid);
      return node('user', { jid }, [
        node('registration', {}, bigEndian(bundle.registrationId, 4)),
        node('type', {}, KEY_TYPE),
        node('identity', {}, bundle.identityKey),
        ...(bundle.preKey === undefined ? [] : [preKeyNode('key', bundle.preKey)]),
        preKeyNode('skey', bundle.signedPreKey, bundle.signedPreKey.signature),
      ]);
    });
    return [node('list', {}, users)];
  },

  'encrypt get identity': ({ world }, part) => {
    const users = children(part, 'user').map(({ attrs: { jid = '' } }) => {
      const identity = identityOf(world, jid);
      if (identity === undefined) return unknown(jid);
      return node('user', { jid }, [node('type', {}, KEY_TYPE), node('identity', {}, identity)]);
    });
    return [node('list', {}, users)];
  },
};
