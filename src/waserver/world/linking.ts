/**
 * Linking. By QR code: an unlinked client shows one of our references with its keys, and a phone scans it. By pairing code:
 * the client shows eight characters, which are entered at the phone, and the two exchange keys by them. Either way the
 * phone signs the client's identity, and the client answers with its own signature. The server then has it connect again.
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
import type { Changes, WaitOptions } from './changes.js';
import { messageId } from './content.js';
import { Device, type DeviceOptions, type Stream } from './device.js';
import { DeviceKeys } from './device-keys.js';
import { parseJid, SERVER } from './jid.js';
import { answerHello, openBundle } from './pairing-code.js';

/** How many codes a client can show before it has to connect again (WAWebHandlePairDevice). */
const REFERENCES = 6;
/** What precedes the signed bytes: of the phone, and of the device (WAWebAdvSignatureApi). */
const ACCOUNT_PREFIX = Buffer.of(6, 0);
const DEVICE_PREFIX = Buffer.of(6, 1);

/** Why linking ends when the client does. */
const GONE = 'the client is gone';
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
  /** set once it shows a pairing code: for which number, its key encrypted with the code, and our name for it */
  hello?: { readonly number: string; readonly wrapped: Buffer; readonly reference: Buffer };
  /** its last message of a pairing by code */
  finish?: Part & { bundle?: Buffer };
  /** set once a phone has scanned, or a code was entered */
  signing?: Part & { readonly account: Account; readonly details: Buffer; isSigned?: boolean };
}
/** What a phone waits for. */
interface Part {
  /** Why it will not come. */
  failed?: Error;
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
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /** Gives an unlinked client its references. @throws Error if its keys are incomplete or not signed */
  begin(stream: Stream, noiseKey: Buffer, registration: Registration): void {
    const references = Array.from({ length: REFERENCES }, () => randomBytes(16).toString('base64url'));
    this.#candidates.set(stream, { stream, noiseKey, keys: keysOf(registration), references });
    const refs = references.map((reference) => node('ref', {}, Buffer.from(reference)));
    stream.send(iq('pair-device', [node('pair-device', {}, refs)]));
  }

  gone(stream: Stream): void {
    const { finish, signing } = this.#candidates.get(stream) ?? {};
    this.#candidates.delete(stream);
    for (const part of [finish, signing]) this.#fail(part, GONE);
  }

  /**
   * The phone scans a code. Resolves once the client has signed. Rejects if it goes before that or is late.
   * @param welcome see DeviceOptions
   * @throws RangeError if no client shows this code
   */
  async scan(
    account: Account,
    qr: string,
    welcome: DeviceOptions['welcome'],
    options?: WaitOptions,
  ): Promise<Device> {
    const { reference, identityKey, secret } = parseQr(qr);
    const candidate = [...this.#candidates.values()].find(({ references }) => references.includes(reference));
    if (candidate === undefined) throw new RangeError('no client shows this code');
    if (!candidate.keys.identityKey.equals(identityKey))
      throw new RangeError('the code has another identity key than the client');
    return this.#link(account, candidate, secret, welcome, options);
  }

  /**
   * A code is entered at the phone. Resolves once the client has signed. Rejects if it goes before that or is late.
   * @param welcome see DeviceOptions
   * @throws RangeError if no client waits for a code of this number, or it is another code
   */
  async enterCode(
    account: Account,
    code: string,
    welcome: DeviceOptions['welcome'],
    options?: WaitOptions,
  ): Promise<Device> {
    const candidate = [...this.#candidates.values()].findLast(
      ({ hello }) => hello?.number === account.number,
    );
    if (candidate?.hello === undefined) throw new RangeError('no client waits for a code of this number');
    const { reference, wrapped } = candidate.hello;
    const exchange = await answerHello(code.replace('-', '').toUpperCase(), wrapped);
    if (!this.#candidates.has(candidate.stream)) throw new Error(GONE);
    const { identity } = account.party;
    this.#fail(candidate.finish, 'a code was entered again');
    const finish: NonNullable<Candidate['finish']> = {};
    candidate.finish = finish;
    candidate.stream.send(primaryHello(exchange.wrapped, identity.publicKey, reference));
    const bundle = await this.#until('key bundle of the client', finish, () => finish.bundle, options);
    const secret = openBundle(exchange, identity, candidate.keys.identityKey, bundle);
    return this.#link(account, candidate, secret, welcome, options);
  }

  #fail(part: Part | undefined, reason: string): void {
    if (part === undefined) return;
    part.failed = new Error(reason);
    this.#changes.changed();
  }

  #until<T>(what: string, part: Part, pick: () => T | undefined, options?: WaitOptions): Promise<T> {
    const found = (): T | undefined => {
      if (part.failed !== undefined) throw part.failed;
      return pick();
    };
    return this.#changes.until(what, found, options);
  }

  /** A stanza of a client that is not linked. @returns whether it is one that is known here */
  take(stream: Stream, stanza: Node): boolean {
    const part = child(stanza, 'link_code_companion_reg');
    const candidate = this.#candidates.get(stream);
    if (part === undefined || candidate === undefined) return this.#signed(stream, stanza);
    const answer = (content: Node[]): void =>
      stream.send(node('iq', { id: stanza.attrs.id, from: SERVER, type: 'result' }, content));
    switch (part.attrs.stage) {
      // WASmaxInMdCompanionHelloResponseNotifyCompanion
      case 'companion_hello': {
        const reference = randomBytes(16);
        const wrapped = bytes(child(part, 'link_code_pairing_wrapped_companion_ephemeral_pub'));
        candidate.hello = { number: parseJid(part.attrs.jid ?? '').user, wrapped, reference };
        answer([
          node('link_code_companion_reg', { stage: 'companion_hello' }, [
            node('link_code_pairing_ref', {}, reference),
          ]),
        ]);
        return true;
      }
      case 'companion_finish':
        answer([]);
        if (candidate.finish !== undefined)
          candidate.finish.bundle = bytes(child(part, 'link_code_pairing_wrapped_key_bundle'));
        return true;
      // The page asks for it before it shows a code (WASmaxInMdGetCountryCodeResponseGetCountryCodeResponse).
      case 'get_country_code':
        answer([node('country_code', { iso: 'US' })]);
        return true;
      default:
        return false;
    }
  }

  /** @param secret that the client shares with the phone, and not with the server */
  async #link(
    account: Account,
    candidate: Candidate,
    secret: Buffer,
    welcome: DeviceOptions['welcome'],
    options?: WaitOptions,
  ): Promise<Device> {
    const { identityKey } = candidate.keys;
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
    this.#fail(candidate.signing, 'the code was scanned again');
    const signing: NonNullable<Candidate['signing']> = { account, details };
    candidate.signing = signing;
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
    try {
      await this.#until('signature of the client', signing, () => signing.isSigned, options);
    } catch (error) {
      // A signature that comes later would be nobody's.
      if (signing.failed === undefined) stream.close();
      throw error;
    }
    account.devices.set(id, device);
    stream.send(node('stream:error', { code: '515' }));
    stream.close();
    return device;
  }

  /** The client's answer. @returns whether it was one. @throws Error if its signature is wrong */
  #signed(stream: Stream, answer: Node): boolean {
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
    signing.isSigned = true;
    return true;
  }
}

/** WASmaxInMdPrimaryHelloNotifyCompanionRequest */
const primaryHello = (wrapped: Buffer, identity: Buffer, reference: Buffer): Node =>
  node('notification', { from: SERVER, type: 'link_code_companion_reg', id: messageId(), t: seconds() }, [
    node('link_code_companion_reg', { stage: 'primary_hello' }, [
      node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, wrapped),
      node('primary_identity_pub', {}, identity),
      node('link_code_pairing_ref', {}, reference),
    ]),
  ]);

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
