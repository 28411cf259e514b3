/**
 * Less common modules: invitations, requests to join, cards, calls, events. Enough for the library's own
 * calls.
 */

import type { WireGroup } from '../wire.js';
import { upsertAttendance } from './addons.js';
import { knobs, never } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { Chats } from './chats.js';
import { GroupCommunityJob, MexFetchAllSubgroupsJob } from './communities.js';
import { getMaybeMePnUser } from './conn.js';
import {
  ApiMembershipApprovalRequestStore,
  GroupGetMembershipApprovalRequestsJob,
  GroupMembershipRequestsActionJob,
  joinGroupViaInvite,
} from './groups.js';
import { forget, type Msg, toWire } from './messages.js';
import { MsgKey } from './msg-key.js';
import { define, defineAll } from './require.js';
import type { Contact } from './roster.js';
import { sendAct } from './send.js';
import { createWid } from './wid.js';

const code = async (group: unknown, reset = false): Promise<{ code: string }> => ({
  code: String(await chatSocket.request('group-invite', { group: String(group), reset })),
});
const join = async (invite: string): Promise<WireGroup> =>
  (await chatSocket.request('group-join', { code: invite })) as unknown as WireGroup;

const vcardOf = (contact: Contact): string =>
  [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:;${contact.formattedName};;;`,
    `FN:${contact.formattedName}`,
    `TEL;type=CELL;waid=${contact.id.user}:+${contact.id.user}`,
    'END:VCARD',
  ].join('\n');

export function defineFurtherModules(): void {
  defineAll({
    WAWebMexFetchGroupInviteCodeJob: {
      fetchMexGroupInviteCode: async (group: unknown) =>
        knobs.mexFault === 'hangs' ? never<string>() : (await code(group)).code,
    },
    WAWebGroupInviteJob: {
      resetGroupInviteCode: (group: unknown) => code(group, true),
      joinGroupViaInvite,
    },
    WAWebGroupInviteV4Job: {
      joinGroupViaInviteV4: async (invite: string) => ({ gid: createWid((await join(invite)).id) }),
    },
    WAWebApiMembershipApprovalRequestStore: ApiMembershipApprovalRequestStore,
    WAWebGroupCommunityJob: GroupCommunityJob,
    WAWebMexFetchAllSubgroupsJob: MexFetchAllSubgroupsJob,
    WAWebGroupGetMembershipApprovalRequestsJob: GroupGetMembershipApprovalRequestsJob,
    WAWebGroupMembershipRequestsActionJob: GroupMembershipRequestsActionJob,
    WASmaxGroupsMembershipRequestsActionRPC: {
      sendMembershipRequestsActionRPC: async () => ({ name: 'MembershipRequestsActionResponseClientError' }),
    },
    WAWebFrontendVcardUtils: {
      vcardFromContactModel: (contact: Contact) => ({
        vcard: vcardOf(contact),
        displayName: contact.formattedName,
      }),
    },
    WAWebVcardParsingUtils: {
      parseVcard: (text: string) =>
        text.includes('END:VCARD') ? { name: /^FN:(.*)$/m.exec(text)?.[1] ?? '' } : undefined,
    },
    WAWebVcardGetNameFromParsed: { vcardGetNameFromParsed: ({ name }: { name: string }) => name },
    WAWap: {
      wap: (tag: string, attrs: object, content?: unknown) => ({ tag, attrs, content: content ?? null }),
      generateId: () => String(Date.now()),
    },
    WADeprecatedSendIq: {
      deprecatedCastStanza: async (stanza: object) => {
        await chatSocket.request('stanza', JSON.parse(JSON.stringify(stanza)));
      },
    },
    WAWebGenerateEventCallLink: {
      createEventCallLink: async (_startTs: number, type: string) =>
        `https://call.whatsapp.com/${type}/simulated`,
    },
    WAWebSendEventEditMsgAction: {
      sendEventEditMessage: async ({ name }: { name: string }, msg: Msg) => {
        await sendAct('edit', msg, await MsgKey.newId(), { body: name });
        msg.set({ eventName: name });
      },
    },
    WAWebSendEventResponseMsgAction: {
      sendEventResponseMsg: async (response: number, msg: Msg) => {
        const id = await MsgKey.newId();
        await sendAct('event_response', msg, id, { response });
        const { id: parent, chat, fromMe, author } = toWire(msg);
        const key = { id: parent, chat, fromMe, ...(author === undefined ? {} : { author }) };
        const t = Math.floor(Date.now() / 1000);
        const from = String(getMaybeMePnUser());
        await upsertAttendance({ kind: 'attendance', key, id, from, answer: response, t });
      },
    },
    WAWebRevokeStatusAction: {
      /** Swallows every error, and deletes the row after the server has answered. */
      async sendStatusRevokeMsgAction(status: { revokeMsgs(keys: string[]): void }, msg: Msg) {
        status.revokeMsgs([String(msg.id)]);
        await sendAct('revoke', msg, await MsgKey.newId(), {});
        if (knobs.ackFault !== 'error') await forget(msg);
      },
    },
    WAWebUserPrefsNotifications: {
      getGlobalOfflineNotifications: () => false,
      setGlobalOfflineNotifications: async () => {},
    },
    WAWebL10N: { getRegion: () => 'US' },
    WAWebChatMessageSearch: { getSearchContext: async () => ({}) },
    WAWebBotProfileCollection: { BotProfileCollection: { get: () => undefined } },
  });
  define('WAWebMediaUpdateMsg', async () => {});
  define('WAWebChatCollection', { ChatCollection: Chats });
}
