/**
 * The tags that members choose in a group. The page keeps them by the group and the member's LID, and reads those of a group
 * into memory when its chat is opened (WAWebMemberLabelCollection, WAWebSendMemberLabelAction; 2026-04-27). Here they are
 * read from the server, there from a table of the profile that messages fill.
 */
import { knobs, never } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import type { Chat } from './chats.js';
import { Collection } from './collection.js';
import { Model } from './model.js';

class MemberLabel extends Model {
  declare id: string;
  declare label: string;
  /** seconds */
  declare lastEditTimestamp: number;
}

/** WAWebMemberLabelBridgeApi.updateMemberLabelCollection */
export function learnTag(group: string, member: string, label: string, lastEditTimestamp: number): void {
  const id = `${group}_${member}`;
  const known = MemberLabelCollection.get(id);
  if (known) known.set({ label, lastEditTimestamp });
  else MemberLabelCollection.add(new MemberLabel({ id, label, lastEditTimestamp }));
}

class MemberLabels extends Collection<MemberLabel> {
  async initializeLabelsForChat(group: string): Promise<void> {
    if (knobs.memberTags === 'hangs') return never<void>();
    const tags = (await chatSocket.request('group-tags', { group })) as [string, string, number][];
    for (const [member, label, t] of tags) learnTag(group, member, label, t);
  }
}

export const MemberLabelCollection = new MemberLabels();

export const SendMemberLabelAction = {
  async sendMemberLabelMsg(chat: Chat, label: string): Promise<{ messageSendResult: 'OK' }> {
    if (knobs.memberTags === 'hangs') return never<{ messageSendResult: 'OK' }>();
    if (knobs.memberTags !== 'ignored') {
      const group = String(chat.id);
      const member = String(await chatSocket.request('group-tag', { group, label }));
      learnTag(group, member, label, Math.floor(Date.now() / 1000));
    }
    return { messageSendResult: 'OK' };
  },
};

export const MemberLabelGating = { isMemberLabelSenderEnabled: (): boolean => knobs.memberTags !== 'off' };

/** Without the characters that it does not take. */
export const MemberLabelCommonUtils = {
  isMemberLabelStrValid: (label: string): boolean =>
    label === '' || (label.trim() !== '' && label.length >= 2 && label.length <= 30 && !/\w\.\w/.test(label)),
};
