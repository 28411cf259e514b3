/** xmlns `w:sync:app:state`: takes patches of a device, and gives it those of the others. */
import { bytes, child, children, type Node, node } from '../wire/nodes.js';
import { seconds } from '../world/account.js';
import { messageId } from '../world/content.js';
import { SERVER } from '../world/jid.js';
import type { Asker, Handlers } from './request.js';

const CONFLICT = '409';

function collection({ world, account, device }: Asker, asked: Node): Node {
  const { name = '', version = '0' } = asked.attrs;
  const stored = world.collection(account, name);
  const since = Number(version);
  const patch = child(asked, 'patch');
  if (patch !== undefined) {
    const next = stored.add(bytes(patch), since);
    if (next !== undefined) {
      const changed = node('collection', { name, version: String(next) });
      for (const other of account.devices.values())
        if (other !== device)
          other.push(
            node('notification', { from: SERVER, type: 'server_sync', id: messageId(), t: seconds() }, [
              changed,
            ]),
          );
      return changed;
    }
    const error = node('error', { code: CONFLICT, text: 'conflict' });
    return node('collection', { name, type: 'error', version: String(stored.version) }, [
      error,
      ...patches(stored.since(since)),
    ]);
  }
  return node('collection', { name, version: String(stored.version) }, patches(stored.since(since)));
}

const patches = (all: readonly Buffer[]): Node[] =>
  all.length === 0
    ? []
    : [
        node(
          'patches',
          {},
          all.map((one) => node('patch', {}, one)),
        ),
      ];

export const APP_STATE: Handlers = {
  'w:sync:app:state set sync': (asker, part) => [
    node(
      'sync',
      {},
      children(part, 'collection').map((one) => collection(asker, one)),
    ),
  ],
};
