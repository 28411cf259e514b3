/** The phone's list of its devices, which it signs. */
import { sign } from '../wire/curve.js';
import { type Node, node } from '../wire/nodes.js';
import { KEY_INDEX_LIST, SIGNED_KEY_INDEX_LIST } from '../wire/schemas.js';
import type { Device } from './device.js';
import type { Person } from './person.js';

/** An account. */
interface Owner extends Pick<Person, 'jid' | 'party'> {
  readonly devices: ReadonlyMap<number, Device>;
}

/** What precedes the list when it is signed (WAWebAdvSignatureApi). */
const PREFIX = Buffer.of(6, 2);

/** @param account with a device */
export function keyIndexList(account: Owner): Node {
  const devices = [...account.devices.values()];
  const ids = devices.map(({ id }) => id);
  const timestamp = Math.floor(Math.max(...devices.map(({ linkedAtMs }) => linkedAtMs)) / 1000);
  const details = KEY_INDEX_LIST.encode({
    ...{ rawId: 1, timestamp, currentIndex: Math.max(...ids) },
    validIndexes: [0, ...ids],
  });
  const accountSignature = sign(account.party.identity.privateKey, Buffer.concat([PREFIX, details]));
  return node(
    'key-index-list',
    { ts: String(timestamp) },
    SIGNED_KEY_INDEX_LIST.encode({ details, accountSignature }),
  );
}

/** The list in the form that the account's devices receive (WAWebHandleAccountSyncNotification). @param account with a device */
export const ownDevices = (account: Owner): Node =>
  node('devices', {}, [
    node('device', { jid: account.jid }),
    ...[...account.devices.values()].map(({ jid, id }) => node('device', { jid, 'key-index': String(id) })),
    keyIndexList(account),
  ]);
