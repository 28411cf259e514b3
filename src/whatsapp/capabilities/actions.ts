// The capabilities of single actions: which modules of WhatsApp Web each one needs. A build that lost a module loses
// the capabilities that need it, and no others.

import type { Content } from '../../protocol/content.js';
import { isChannelId, isStatusId } from '../../protocol/wid.js';

/** Both identities of a person, and the name. */
const PEOPLE = ['WAWebApiContact', 'WAWebCollections.Contact'] as const;

/**
 * Capability, as `session.status` names it → the modules, and members of modules, that it needs. Receiving, sending text
 * and linking are in needs.ts.
 */
export const ACTION_CAPABILITIES = {
  'chat.list': ['WAWebCollections.Chat', 'WAWebWidFactory.createWid', ...PEOPLE],
  'chat.messages': ['WAWebChatLoadMessages.loadEarlierMsgs', ...PEOPLE],
  'history.fetch': [
    'WAWebChatLoadMessages.loadEarlierMsgs',
    'WAWebSendNonMessageDataRequest.sendPeerDataOperationRequest',
    'WAWebSyncGatingUtils.isHistorySyncOnDemandEnabled',
    'WAWebNonMessageDataRequestHistorySyncOnDemandUtils.inFlightHistorySyncOnDemandRequests',
    'WAWebHistorySyncOnDemandEvents.WAWebHistorySyncOnDemandEvents',
    ...PEOPLE,
  ],
  'chat.markRead': ['WAWebUpdateUnreadChatAction.sendSeen', 'WAWebCmd.Cmd', ...PEOPLE],
  'chat.change': ['WAWebCmd.Cmd', ...PEOPLE],
  'chat.timer': ['WAWebChangeEphemeralDurationChatAction.changeEphemeralDuration', ...PEOPLE],
  'chat.delete': ['WAWebChatClearBridge.sendClear', 'WAWebDeleteChatAction.sendDelete', ...PEOPLE],
  'chat.typing': [
    'WAWebChatStateBridge.sendChatStateComposing',
    'WAWebChatStateBridge.sendChatStateRecording',
    'WAWebChatStateBridge.sendChatStatePaused',
    ...PEOPLE,
  ],
  'send.again': ['WAWebSendMsgChatAction.resendMsgToChat'],
  'send.media': [
    'WAWebMediaOpaqueData.createFromData',
    'WAWebPrepRawMedia.prepRawMedia',
    'WAWebMediaStorage.getOrCreateMediaObject',
    'WAWebMmsMediaTypes.msgToMediaType',
    'WAWebMediaDataUtils.shouldUseMediaCache',
    'WAWebMediaInMemoryBlobCache.InMemoryMediaBlobCache',
    'WAWebMediaMmsV4Upload.uploadMedia',
  ],
  'send.album': [
    'WAWebAlbumsGenerateAlbumMessageProto',
    'WAWebAssociationProtoUtils.getValidatedOutgoingMessageAssociationContextInfo',
  ],
  'send.sticker': [
    'WAWebUploadManager.encryptAndUpload',
    'WAWebStartMediaUploadQpl.startMediaUploadQpl',
    'WAWebImageUtils.toWebpSticker',
  ],
  'send.status': [
    'WAWebSendStatusMsgAction.sendStatusTextMsgAction',
    'WAWebSendStatusMsgAction.sendStatusMediaMsgAction',
    'WAWebStatusMsgDataUtils.createTextStatusMsgData',
  ],
  'status.list': ['WAWebCollections.Status', ...PEOPLE],
  'status.see': ['WAWebCollections.Status', 'WAWebFrontendContactGetters.getIsMyContact', ...PEOPLE],
  'status.delete': [
    'WAWebCollections.Status',
    'WAWebRevokeStatusAction.sendStatusRevokeMsgAction',
    ...PEOPLE,
  ],
  'send.channel': [
    'WAWebCollections.WAWebNewsletterCollection',
    'WAWebLoadNewsletterPreviewChatAction.loadNewsletterPreviewChat',
    'WAWebMsgDataFromModel.msgDataFromMsgModel',
    'WAWebNewsletterUpdateMsgsRecordsJob.addNewsletterMsgsRecords',
    'WAWebNewsletterUpdateMsgsRecordsJob.updateNewsletterMsgRecord',
    'WAWebNewsletterSendMessageJob.sendNewsletterMessageJob',
    'WAWebMediaMmsV4Upload.uploadUnencryptedMedia',
    'WAMediaCalculateFilehash.getRandomFilehash',
  ],
  'send.channelInvite': [
    'WAWebCollections.WAWebNewsletterCollection',
    'WAWebMexCreateNewsletterAdminInviteJob.createNewsletterAdminInvite',
    'WAWebQueryExistsJob.queryWidExists',
    ...PEOPLE,
  ],
  'media.download': ['WAWebDownloadManager.downloadManager', ...PEOPLE],
  'message.react': ['WAWebSendReactionMsgAction.sendReactionToMsg', ...PEOPLE],
  'message.edit': [
    'WAWebSendMessageEditAction.sendMessageEdit',
    'WAWebMsgActionCapability.canEditText',
    'WAWebMsgActionCapability.canEditCaption',
    ...PEOPLE,
  ],
  'message.delete': [
    'WAWebCmd.Cmd',
    'WAWebMsgActionCapability.canSenderRevokeMsg',
    'WAWebMsgActionCapability.canAdminRevokeMsg',
    ...PEOPLE,
  ],
  'message.forward': [
    'WAWebChatForwardMessage.forwardMessages',
    'WAWebFindChatAction.findOrCreateLatestChat',
    'WAWebQueryExistsJob.queryWidExists',
    ...PEOPLE,
  ],
  'message.star': ['WAWebCmd.Cmd', 'WAWebMsgActionCapability.canStarMsg', ...PEOPLE],
  'message.vote': ['WAWebPollsSendVoteMsgAction.sendVote', ...PEOPLE],
  'message.poll': ['WAWebPollsVotesSchema.getTable', ...PEOPLE],
  'message.attend': ['WAWebSendEventResponseMsgAction.sendEventResponseMsg', ...PEOPLE],
  'message.attendance': ['WAWebEventResponsesSchema.getTable', ...PEOPLE],
  'message.pin': [
    'WAWebSendPinMessageAction.sendPinInChatMsg',
    'WAWebPinMsgConstants.getPinExpiryOption',
    'WAWebMsgActionCapability.canPinMsg',
    ...PEOPLE,
  ],
  'message.keep': [
    'WAWebKeepInChatMsgAction.keepMessage',
    'WAWebKeepInChatMsgAction.undoKeepMessage',
    'WAWebKeepInChatMsgUtils.canShowKeepOption',
    'WAWebKeepInChatMsgUtils.canShowUnkeepOption',
    'WAWebMsgGetters.getIsKept',
    ...PEOPLE,
  ],
  'message.search': ['a search of messages', ...PEOPLE],
  'message.info': ['WAWebApiMessageInfoStore.queryMsgInfo', ...PEOPLE],
  'calls.reject': [
    'WAWebCallCollection',
    'WAWebVoipStackInterface.getVoipStackInterface',
    'WAWap.wap',
    'WAWap.generateId',
    'WADeprecatedSendIq.deprecatedCastStanza',
  ],
  'channel.list': [
    'WAWebCollections.WAWebNewsletterCollection',
    'WAWebCollections.WAWebNewsletterMetadataCollection',
    'WAWebNewsletterMetadataQueryJob.queryNewsletterMetadataByInviteCode',
    'WAWebNewsletterModelUtils.mapNewsletterToMetadata',
  ],
  'channel.posts': [
    'WAWebCollections.WAWebNewsletterCollection',
    'WAWebNewsletterMetadataQueryJob.queryNewsletterMetadataByInviteCode',
    'WAWebNewsletterGetMessagesJob.getNewsletterMessages',
    'WAWebNewsletterUpdateMsgsRecordsJob.addNewsletterMsgsRecords',
    'WAWebMsgModelFromData.msgModelFromMsgData',
    ...PEOPLE,
  ],
  'channel.follow': [
    'WAWebCollections.WAWebNewsletterCollection',
    'WAWebLoadNewsletterPreviewChatAction.loadNewsletterPreviewChat',
    'WAWebNewsletterSubscribeAction.subscribeToNewsletterAction',
    'WAWebNewsletterUnsubscribeAction.unsubscribeFromNewsletterAction',
  ],
  'channel.search': ['WAWebNewsletterDirectorySearchAction.fetchNewsletterDirectories'],
  'channel.admin': [
    'WAWebCollections.WAWebNewsletterCollection',
    'WAWebNewsletterGatingUtils.isNewsletterCreationEnabled',
    'WAWebNewsletterCreateAction.createNewsletterAction',
    'WAWebEditNewsletterMetadataAction.editNewsletterMetadataAction',
    'WAWebNewsletterDeleteAction.deleteNewsletterAction',
  ],
  'channel.admins': [
    'WAWebCollections.WAWebNewsletterCollection',
    'WAWebNewsletterSubscriberListQueryJob.getNewsletterSubscribers',
    'WAWebNewsletterGatingUtils.getMaxSubscriberNumber',
    'WAWebNewsletterPendingInvitesQueryJob.getNewsletterPendingInvites',
    'WAWebMexRevokeNewsletterAdminInviteJob.revokeNewsletterAdminInvite',
    'WAWebDemoteNewsletterAdminAction.demoteNewsletterAdminAction',
    'WAWebQueryExistsJob.queryWidExists',
    ...PEOPLE,
  ],
  'channel.accept': [
    'WAWebCollections.WAWebNewsletterCollection',
    'WAWebMexAcceptNewsletterAdminInviteJob.acceptNewsletterAdminInvite',
    'WAWebQueryAndUpdateNewslettersMetadataAction.queryAndUpdateNewsletterMetadataAction',
  ],
  'channel.picture': [
    'WAWebCollections.WAWebNewsletterCollection',
    'WAWebEditNewsletterMetadataAction.editNewsletterMetadataAction',
  ],
  'channel.mute': [
    'WAWebCollections.WAWebNewsletterCollection',
    'WAWebNewsletterToggleAdminActivityMuteStateAction.toggleNewsletterAdminActivityMuteStateAction',
    'WAWebNewsletterModelUtils.MUTED_STATE',
    'WAWebNewsletterModelUtils.UNMUTED_STATE',
  ],
  'channel.react': ['WAWebSendReactionMsgAction.sendReactionToMsg', ...PEOPLE],
  'channel.deletePost': [
    'WAWebCollections.WAWebNewsletterCollection',
    'WAWebMsgActionCapability.canRevokeNewsletterMsg',
    'WAWebNewsletterRevokeMsgAction.sendNewsletterRevokeMsg',
    ...PEOPLE,
  ],
  'community.list': ['WAWebCollections.Chat', 'WAWebMexFetchAllSubgroupsJob.mexFetchAllSubgroups', ...PEOPLE],
  'community.admin': [
    'WAWebGroupCommunityJob.sendCreateCommunity',
    'WAWebGroupCommunityJob.sendDeactivateCommunity',
    'WAWebGroupCommunityJob.sendLinkSubgroups',
    'WAWebGroupCommunityJob.sendUnlinkSubgroups',
    ...PEOPLE,
  ],
  'contact.list': ['WAWebFrontendContactGetters.getIsMyContact', ...PEOPLE],
  'contact.check': ['WAWebQueryExistsJob.queryWidExists', ...PEOPLE],
  'contact.block': [
    'WAWebBlockContactAction.blockContact',
    'WAWebBlockContactAction.unblockContact',
    'WAWebFrontendContactGetters.getIsMyContact',
    ...PEOPLE,
  ],
  'contact.save': [
    'WAWebSaveContactAction.saveContactAction',
    'WAWebDeleteContactAction.deleteContactAction',
    'WAWebFrontendContactGetters.getIsMyContact',
    ...PEOPLE,
  ],
  'group.list': ['WAWebCollections.Chat', 'WAWebGroupQueryJob', ...PEOPLE],
  'group.create': [
    'WAWebGroupCreateJob.createGroup',
    'WAWebGroupQueryJob',
    'WAWebQueryExistsJob.queryWidExists',
    ...PEOPLE,
  ],
  'group.admin': [
    'WAWebModifyParticipantsGroupAction',
    'WASmaxGroupsAddParticipantsRPC.sendAddParticipantsRPC',
    'WAWebGroupModifyInfoJob.setGroupSubject',
    'WAWebGroupModifyInfoJob.setGroupDescription',
    'WAWebSetPropertyGroupAction.setGroupProperty',
    'WAWebGroupQueryJob',
    'WAWebQueryExistsJob.queryWidExists',
    ...PEOPLE,
  ],
  'group.invite': [
    'WAWebMexFetchGroupInviteCodeJob.fetchMexGroupInviteCode',
    'WAWebGroupQueryJob',
    ...PEOPLE,
  ],
  'group.join': ['WAWebGroupQueryJob.queryGroupInvite', 'WAWebGroupInviteJob.joinGroupViaInvite', ...PEOPLE],
  'group.requests': [
    'WAWebGroupQueryJob',
    'WAWebGroupGetMembershipApprovalRequestsJob.queryAndUpdateGroupMembershipApprovalRequests',
    'WAWebApiMembershipApprovalRequestStore.getMembershipApprovalRequests',
    'WAWebGroupMembershipRequestsActionJob.membershipApprovalRequestAction',
    'WAWebGroupMembershipRequestsActionJob.MembershipApprovalRequestAction',
    ...PEOPLE,
  ],
  'group.picture': [
    'WAWebContactProfilePicThumbBridge.sendSetPicture',
    'WAWebContactProfilePicThumbBridge.requestDeletePicture',
    'WAWebGroupQueryJob',
    ...PEOPLE,
  ],
  'group.tag': [
    'WAWebSendMemberLabelAction.sendMemberLabelMsg',
    'WAWebMemberLabelCollection.initializeLabelsForChat',
    ...PEOPLE,
  ],
  'group.leave': ['WAWebExitGroupAction.sendExitGroup', ...PEOPLE],
  'contact.profile': [
    'WAWebContactStatusBridge.getStatus',
    'WAWebCollections.ProfilePicThumb',
    'WAWebCollections.BusinessProfile',
    ...PEOPLE,
  ],
  'profile.privacy': ['WAWebQueryPrivacySettingsJob.getPrivacy'],
  'profile.change': [
    'WAWebConnModel.Conn',
    'WAWebSetPushnameConnAction.setPushname',
    'WAWebContactStatusBridge.setMyStatus',
    'WAWebContactProfilePicThumbBridge.sendSetPicture',
    'WAWebContactProfilePicThumbBridge.requestDeletePicture',
    'WAWebCollections.ProfilePicThumb',
  ],
  'presence.subscribe': ['WAWebCollections.Presence', 'WAWebStreamModel.Stream', ...PEOPLE],
  'label.list': [
    'WAWebCollections.Label',
    'WAWebBizGatingUtils.canDisplayLabel',
    'WAWebBizGatingUtils.labelsEditingEnabled',
  ],
  'label.change': [
    'WAWebCollections.Label',
    'WAWebBizGatingUtils.canDisplayLabel',
    'WAWebBizGatingUtils.labelsEditingEnabled',
    'WAWebBizLabelEditingAction.labelAddAction',
    'WAWebBizLabelEditingAction.labelEditAction',
    'WAWebBizLabelEditingAction.labelDeleteAction',
  ],
  'label.assign': [
    'WAWebCollections.Label',
    'WAWebBizGatingUtils.canDisplayLabel',
    'WAWebBizGatingUtils.labelsEditingEnabled',
    'WAWebEditLabelAssociationBridge.editLabelAssociation',
    ...PEOPLE,
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ActionCapability = keyof typeof ACTION_CAPABILITIES;

/** The capability that a kind of message needs in addition to that of a text. */
const NEEDS: Partial<Record<Content['kind'], ActionCapability>> = {
  image: 'send.media',
  video: 'send.media',
  gif: 'send.media',
  video_note: 'send.media',
  audio: 'send.media',
  voice: 'send.media',
  document: 'send.media',
  sticker: 'send.sticker',
  album: 'send.album',
  channel_invite: 'send.channelInvite',
};

export const capabilityFor = (kind: Content['kind']): ActionCapability | null => NEEDS[kind] ?? null;

/** The additional capability for a destination. */
export const capabilityToReach = (to: string): ActionCapability | null =>
  isStatusId(to) ? 'send.status' : isChannelId(to) ? 'send.channel' : null;
