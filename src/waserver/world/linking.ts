/**
 * Linking by QR code: an unlinked client shows one of our references with its keys, a phone scans it and signs the
 * client's identity, and the client answers with its own signature. The server then has it connect again.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Bundle } from '../signal/bundle.js';
import { isSignedBy, sign } from '../wire/curve.js';
import { bytes, child, type Node, node } from '../wire/nodes.js';
import type { Of } from '../wire/protobuf.js';
import {
  CLIENT_PAIRING_PROPS,
  type CLIENT_PAYLOAD,
  DEVICE_IDENTITY,
  SIGNED_DEVICE_IDENTITY,
  SIGNED_DEVICE_IDENTITY_HMAC,
} from '../wire/schemas.js';
import { type Account, seconds } from './account.js';
import { Device, type DeviceOptions, type Stream } from './device.js';
import { DeviceKeys } from './device-keys.js';
import { SERVER } from './jid.js';

/** How many codes a client can show before it has to connect again (WAWebHandlePairDevice). */
const REFERENCES = 6;
/** What precedes the signed bytes: of the phone, and of the device (WAWebAdvSignatureApi). */
const ACCOUNT_PREFIX = Buffer.of(6, 0);
const DEVICE_PREFIX = Buffer.of(6, 1);

/** Tells the page to keep its chats by LID from the start (WAWebHandlePairSuccess). */
const MIGRATED = node(
  'client-props',
  {},
  CLIENT_PAIRING_PROPS.encode({ isChatDbLidMigrated: true, isSyncdPureLidSession: true }),
);

type Registration = NonNullable<Of<typeof CLIENT_PAYLOAD>['devicePairingData']>;

interface Candidate {
  readonly stream: Stream;
  readonly noiseKey: Buffer;
  readonly keys: DeviceKeys;
  readonly references: readonly string[];
  /** set once a phone has scanned */
  signing?: { readonly account: Account; readonly details: Buffer; readonly done: () => void };
}

/** The parts of the QR code's text, which may follow a web address (WAWebConnModel). */
export function parseQr(qr: string): { reference: string; identityKey: Buffer; secret: Buffer } {
  const [reference = '', , identityKey = '', secret = ''] = qr.replace(/^https:[^#]*#/, '').split(',');
  return {
    reference,
    identityKey: Buffer.from(identityKey, 'base64'),
    secret: Buffer.from(secret, 'base64'),
  };
}

export class Linking {
  readonly #candidates = new Map<Stream, Candidate>();

  /** Gives an unlinked client its references. @throws Error if its keys are incomplete or not signed */
  begin(stream: Stream, noiseKey: Buffer, registration: Registration): void {
    const references = Array.from({ length: REFERENCES }, () => randomBytes(16).toString('base64url'));
    this.#candidates.set(stream, { stream, noiseKey, keys: keysOf(registration), references });
    const refs = references.map((reference) => node('ref', {}, Buffer.from(reference)));
    stream.send(iq('pair-device', [node('pair-device', {}, refs)]));
  }

  gone(stream: Stream): void {
    this.#candidates.delete(stream);
  }

  /**
   * The phone scans a code. Resolves once the client has signed.
   * @param welcome see DeviceOptions
   * @throws RangeError if no client shows this code
   */
  scan(account: Account, qr: string, welcome: DeviceOptions['welcome']): Promise<Device> {
    const { reference, identityKey, secret } = parseQr(qr);
    const candidate = [...this.#candidates.values()].find(({ references }) => references.includes(reference));
    if (candidate === undefined) throw new RangeError('no client shows this code');
    if (!candidate.keys.identityKey.equals(identityKey))
      throw new RangeError('the code has another identity key than the client');
    const id = account.nextDevice();
    const details = DEVICE_IDENTITY.encode({ rawId: 1, timestamp: Number(seconds()), keyIndex: id });
    const { publicKey, privateKey } = account.party.identity;
    const signed = SIGNED_DEVICE_IDENTITY.encode({
      details,
      accountSignatureKey: publicKey,
      accountSignature: sign(privateKey, Buffer.concat([ACCOUNT_PREFIX, details, identityKey])),
    });
    const hmac = createHmac('sha256', secret).update(signed).digest();
    const { keys, noiseKey, stream } = candidate;
    const device = new Device({ id, number: account.number, lid: account.lid, keys, noiseKey, welcome });
    const linked = new Promise<Device>((done) => {
      candidate.signing = { account, details, done: () => done(device) };
    });
    const identity = SIGNED_DEVICE_IDENTITY_HMAC.encode({ details: signed, hmac });
    stream.send(
      iq('pair-success', [
        node('pair-success', {}, [
          node('device', { jid: device.jid, lid: device.lidJid }),
          node('platform', { name: 'android' }),
          node('device-identity', {}, identity),
          ...(account.addressing === 'lid' ? [MIGRATED] : []),
        ]),
      ]),
    );
    return linked.then((one) => {
      account.devices.set(id, one);
      stream.send(node('stream:error', { code: '515' }));
      stream.close();
      return one;
    });
  }

  /** The client's answer. @returns whether it was one. @throws Error if its signature is wrong */
  signed(stream: Stream, answer: Node): boolean {
    const identity = child(child(answer, 'pair-device-sign'), 'device-identity');
    const candidate = this.#candidates.get(stream);
    const { signing } = candidate ?? {};
    if (identity === undefined || candidate === undefined || signing === undefined) return false;
    const { deviceSignature = Buffer.alloc(0) } = SIGNED_DEVICE_IDENTITY.decode(bytes(identity));
    const { identityKey } = candidate.keys;
    const accountKey = signing.account.party.identity.publicKey;
    const message = Buffer.concat([DEVICE_PREFIX, signing.details, identityKey, accountKey]);
    if (!isSignedBy(identityKey, message, deviceSignature))
      throw new Error('the signature of the linked device is wrong');
    this.#candidates.delete(stream);
    signing.done();
    return true;
  }
}

const iq = (id: string, content: Node[]): Node =>
  node(
    'iq',
    { id: `${id}-${randomBytes(4).toString('hex')}`, type: 'set', xmlns: 'md', from: SERVER },
    content,
  );

function keysOf(registration: Registration): DeviceKeys {
  const { registrationId, identity, signedPreKeyId, signedPreKey, signedPreKeySignature } = registration;
  if (!registrationId || !identity || !signedPreKeyId || !signedPreKey || !signedPreKeySignature)
    throw new Error('the client registers without all of its keys');
  const keys: Omit<Bundle, 'preKey'> = {
    registrationId: registrationId.readUIntBE(0, registrationId.length),
    identityKey: identity,
    signedPreKey: {
      id: signedPreKeyId.readUIntBE(0, signedPreKeyId.length),
      publicKey: signedPreKey,
      signature: signedPreKeySignature,
    },
  };
  return new DeviceKeys(keys);
}
