/** What the control API shows, in the simulator's form: people by wid, as clients show them. */
import type { Phone } from '../phone.js';
import type { Contact } from '../world/contact.js';
import type { Received } from '../world/content.js';
import type { Device } from '../world/device.js';
import type { Group } from '../world/group.js';
import type { Sent } from '../world/outbox.js';

export const widOf = (number: string): string => `${number}@c.us`;

export const showDevice = ({ id, online, linkedAtMs, waiting }: Device) => ({
  id: String(id),
  online,
  linkedAtMs,
  waiting,
});

export const showPhone = (phone: Phone) => ({
  pn: widOf(phone.number),
  lid: phone.lidJid,
  pushname: phone.pushname,
  platform: 'android',
  number: phone.number,
  devices: phone.devices.map(showDevice),
});

export const showContact = (contact: Contact) => ({
  pn: widOf(contact.number),
  lid: contact.lidJid,
  pushname: contact.pushname,
  name: contact.name,
  number: contact.number,
  online: contact.isOnline,
  registered: contact.registered,
  readReceipts: contact.readReceipts,
});

/** `about` is the message that a reaction, an edit or a revocation is about. */
export const showReceived = ({ id, from, body, type, at, group, about, encryption }: Received) => ({
  ...{ id, from: widOf(from), body, type, at, group, about, encryption },
});

export const showSent = ({ id, to, body, at, group, delivered, read, retries }: Sent) => ({
  ...{ id, to: widOf(to), body, at, group: group?.jid, delivered, read, retries },
});

export const showGroup = (group: Group) => ({
  id: group.jid,
  subject: group.subject,
  owner: widOf(group.creator),
  creation: group.createdAt,
  desc: group.description?.body,
  announce: group.announcement,
  restrict: group.locked,
  approval: false,
  isCommunity: group.isCommunity,
  community: group.parent?.jid,
  announcements: group.hasAnnouncements,
  participants: [...group.members].map(([number, role]) => ({ id: widOf(number), admin: role !== 'member' })),
});
