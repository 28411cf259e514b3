/**
 * The admins of channels, and invitations to become one. GraphQL requests, which name people by LID (WAWebMex…Job, 2026-04-27).
 */
import type { WireChannel } from '../wire.js';
import { knobs, never } from './boot-record.js';
import { learnChannel } from './channels.js';
import { chatSocket } from './chat-socket.js';
import type { Chat } from './chats.js';
import { isMe } from './conn.js';
import { toLid } from './roster.js';
import { createWid, type Wid } from './wid.js';

/** WAWebLidMigrationUtils.toUserLidOrThrow */
function lidOf(like: unknown): string {
  const wid = createWid(like);
  const lid = wid.isLid() ? wid : toLid(wid);
  if (!lid) throw new Error(`toUserLidOrThrow: no lid for ${wid}`);
  return String(lid);
}

async function ask<T>(what: string, args: { [name: string]: string | number }): Promise<T> {
  if (knobs.mexFault === 'hangs') return never<T>();
  return (await chatSocket.request(what, args)) as T;
}

export const MexCreateNewsletterAdminInviteJob = {
  async createNewsletterAdminInvite(channel: string, person: Wid): Promise<{ inviteExpiration: number }> {
    const args = { channel, person: lidOf(person) };
    return { inviteExpiration: await ask<number>('channel-invite', args) };
  },
};

export const MexRevokeNewsletterAdminInviteJob = {
  revokeNewsletterAdminInvite: async (channel: string, person: Wid) =>
    ask<void>('channel-invite-revoke', { channel, person: lidOf(person) }),
};

export const MexAcceptNewsletterAdminInviteJob = {
  acceptNewsletterAdminInvite: async (channel: string) => ask<void>('channel-invite-accept', { channel }),
};

export const DemoteNewsletterAdminAction = {
  async demoteNewsletterAdminAction(chat: Chat, contact: { id: Wid }): Promise<void> {
    const role = chat.newsletterMetadata?.membershipType;
    const isMine = isMe(contact.id);
    if (!isMine && role !== 'owner') throw new Error('non-channel-owner-dismissing-other-admins');
    if (isMine && role !== 'admin') throw new Error('non-channel-admins-dismissing-themselves');
    await ask<void>('channel-demote', { channel: String(chat.id), person: lidOf(contact.id) });
    if (isMine) chat.newsletterMetadata?.set({ membershipType: 'subscriber' });
  },
};

interface Told {
  pn: string;
  lid: string;
  name: string;
  role: string;
}

export const NewsletterSubscriberListQueryJob = {
  async getNewsletterSubscribers(channel: string, count: number) {
    const told = await ask<Told[]>('channel-followers', { channel, count });
    return {
      followers: told.map(({ pn, lid, name, role }) => ({
        ...{ displayName: name, role, id: createWid(lid), phoneNumber: createWid(pn) },
      })),
    };
  },
};

export const NewsletterPendingInvitesQueryJob = {
  getNewsletterPendingInvites: async (channel: string): Promise<Wid[]> =>
    (await ask<string[]>('channel-invites', { channel })).map((wid) => createWid(wid)),
};

export const QueryAndUpdateNewslettersMetadataAction = {
  async queryAndUpdateNewsletterMetadataAction(channel: string): Promise<void> {
    const wire = await ask<WireChannel>('channel-query', { channel });
    // What is neither followed nor administered is in no collection.
    if (wire.role !== 'guest') learnChannel(wire);
  },
};
