// What can be done on a page, by the modules of WhatsApp Web that it needs: readiness per capability. A build that lost
// one of them loses that capability and no other.

import type { Content } from '../protocol/content.js';

/** Capability → modules, as `session.status` names them. Receiving, sending text and linking are in capability.ts. */
export const ABILITIES = {
  'chat.list': ['WAWebCollections', 'WAWebWidFactory', 'WAWebApiContact'],
  'chat.messages': ['WAWebChatLoadMessages'],
  'chat.markRead': ['WAWebUpdateUnreadChatAction', 'WAWebStreamModel', 'WAWebCmd'],
  'chat.change': ['WAWebCmd'],
  'chat.typing': ['WAWebChatStateBridge'],
  'send.media': [
    'WAWebMediaOpaqueData',
    'WAWebPrepRawMedia',
    'WAWebMediaStorage',
    'WAWebMmsMediaTypes',
    'WAWebMediaDataUtils',
    'WAWebMediaInMemoryBlobCache',
    'WAWebMediaMmsV4Upload',
  ],
  'send.sticker': ['WAWebUploadManager', 'WAWebStartMediaUploadQpl', 'WAWebImageUtils'],
  'media.download': ['WAWebDownloadManager'],
  'message.react': ['WAWebSendReactionMsgAction'],
  'message.edit': ['WAWebSendMessageEditAction', 'WAWebMsgActionCapability'],
  'message.delete': ['WAWebCmd', 'WAWebMsgActionCapability'],
  'message.forward': ['WAWebChatForwardMessage', 'WAWebFindChatAction', 'WAWebQueryExistsJob'],
  'message.star': ['WAWebCmd', 'WAWebMsgActionCapability'],
  'contact.list': ['WAWebCollections', 'WAWebApiContact', 'WAWebFrontendContactGetters'],
  'contact.check': ['WAWebQueryExistsJob'],
  'contact.block': ['WAWebBlockContactAction', 'WAWebBlockContactUtils'],
  'group.list': ['WAWebCollections', 'WAWebGroupQueryJob'],
  'group.create': ['WAWebGroupCreateJob', 'WAWebQueryExistsJob'],
  'group.admin': [
    'WAWebModifyParticipantsGroupAction',
    'WASmaxGroupsAddParticipantsRPC',
    'WAWebGroupModifyInfoJob',
    'WAWebSetPropertyGroupAction',
  ],
  'group.invite': ['WAWebMexFetchGroupInviteCodeJob'],
  'group.leave': ['WAWebExitGroupAction'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Ability = keyof typeof ABILITIES;

/** What the page needs for a message besides what a text needs. */
const NEEDS: Partial<Record<Content['kind'], Ability>> = {
  image: 'send.media',
  video: 'send.media',
  audio: 'send.media',
  voice: 'send.media',
  document: 'send.media',
  sticker: 'send.sticker',
};

export const abilityFor = (kind: Content['kind']): Ability | null => NEEDS[kind] ?? null;
