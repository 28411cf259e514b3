// Chats, contacts and groups in the form of whatsapp-web.js 1.34.7, which both programs answer with. Fields that we do not know
// are left out.

import type { Answered } from '../../protocol/types.js';
import type { Data } from '../../webhook/format.js';
import { hexOf } from '../../webhook/label-colors.js';
import { present, seconds } from '../../webhook/library-message.js';
import type { Label } from './labels.js';

type Chat = Answered<'chat.get'>;
type Contact = Answered<'contact.get'>;
type Group = Answered<'group.get'>;
type Brief = Answered<'group.list'>['groups'][number];
type JoinRequest = Answered<'group.requests'>['requests'][number];

/** The library's object for an id. */
export function widOf(id: string): Data {
  const at = id.lastIndexOf('@');
  return { server: id.slice(at + 1), user: id.slice(0, at), _serialized: id };
}

export const chatObject = (chat: Chat): Data =>
  present({
    id: widOf(chat.id),
    name: chat.name,
    isGroup: chat.kind === 'group',
    unreadCount: chat.unread,
    timestamp: chat.lastMessageAt === null ? undefined : seconds(chat.lastMessageAt),
    archived: chat.archived,
    pinned: chat.pinned,
    isMuted: chat.muted,
    muteExpiration: muteEnd(chat),
  });

/** The library's -1 is "for ever", and 0 "not muted". */
function muteEnd({ muted, mutedUntil }: Chat): number {
  if (!muted) return 0;
  return mutedUntil === null ? -1 : seconds(mutedUntil);
}

/** @param id the form of the id: WAHA gives a text, wwebjs-api an object */
export const contactObject = (contact: Contact, id: unknown = widOf(contact.id)): Data => ({
  id,
  number: contact.phone,
  lid: contact.lid,
  name: contact.name,
  pushname: contact.pushname,
  isBusiness: contact.business,
  isBlocked: contact.blocked,
  isMyContact: contact.saved,
  isUser: true,
  isGroup: false,
});

export const briefGroupObject = ({ id, name, size }: Brief): Data => ({
  id: widOf(id),
  name,
  isGroup: true,
  groupMetadata: { id: widOf(id), subject: name, size },
});

export function groupObject(group: Group): Data {
  const brief = briefGroupObject(group);
  const participants = participantObjects(group);
  return {
    ...brief,
    participants,
    groupMetadata: present({
      ...(brief.groupMetadata as Data),
      desc: group.description ?? undefined,
      owner: group.owner === null ? undefined : widOf(group.owner),
      creation: group.createdAt === null ? undefined : seconds(group.createdAt),
      announce: group.onlyAdminsSend,
      restrict: group.onlyAdminsEdit,
      participants,
    }),
  };
}

export const participantObjects = ({ participants }: Pick<Group, 'participants'>): readonly Data[] =>
  participants.map(({ id, admin, owner }) => ({
    id: widOf(id),
    isAdmin: admin || owner,
    isSuperAdmin: owner,
  }));

export const labelObject = ({ id, name, color }: Label): Data => ({ id, name, hexColor: hexOf(color) });

/** A group behind an invitation, with the names of the page, which the library passes on (WAWebGroupsQueryApi). */
export const inviteObject = (group: Answered<'group.preview'>): Data =>
  present({
    id: widOf(group.id),
    subject: group.name,
    desc: group.description ?? undefined,
    owner: group.owner === null ? undefined : widOf(group.owner),
    creation: group.createdAt === null ? undefined : seconds(group.createdAt),
    size: group.size,
    announce: group.onlyAdminsSend,
    membershipApprovalMode: group.approveJoins,
  });

/** The library's words for how a request to join came about. */
const REQUEST_METHODS = { link: 'InviteLink', community: 'LinkedGroupJoin', member: 'NonAdminAdd' } as const;

export const requestObject = ({ id, addedBy, way, requestedAt }: JoinRequest): Data =>
  present({
    id: widOf(id),
    addedBy: widOf(addedBy ?? id),
    requestMethod: way === null ? undefined : REQUEST_METHODS[way],
    t: requestedAt === null ? undefined : seconds(requestedAt),
  });
