/** xmlns `md`: a device unlinks itself. */
import { node } from '../wire/nodes.js';
import { parseJid } from '../world/jid.js';
import { type Handlers, Refusal } from './request.js';

export const DEVICES: Handlers = {
  'md set remove-companion-device': ({ world, account }, part) => {
    const { device: id } = parseJid(part.attrs.jid ?? '');
    const device = account.devices.get(id);
    if (device === undefined) return new Refusal(404, 'item-not-found');
    account.devices.delete(id);
    // After the answer, the device is notified on its stream like one that the phone has unlinked (WAWebHandleStreamError).
    queueMicrotask(() => {
      device.end(node('stream:error', { code: '401' }, [node('conflict', { type: 'device_removed' })]));
      account.tellDevices();
      world.changes.changed();
    });
    return [];
  },
};
