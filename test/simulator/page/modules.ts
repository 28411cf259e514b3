/**
 * The names of the page's parts for require(). They are those that whatsapp-web.js 1.34.7 uses in
 * src/Client.js, src/util/Injected and src/structures. The parts themselves do not know these names.
 */

import {
  forwardMessages,
  hangInCommands,
  KeepInChatMsgAction,
  KeepInChatMsgUtils,
  LinkPreviewChatAction,
  MsgActionCapability,
  MsgGetters,
  PinInChatSchema,
  PinMsgConstants,
  queryMsgInfo,
  sendClear,
  sendDelete,
  sendDeleteMsgs,
  sendMessageEdit,
  sendPinInChatMsg,
  sendPlain,
  sendReactionToMsg,
  sendRevokeMsgs,
  sendStarMsgs,
  sendVote,
  setArchive,
  setPin,
} from './actions.js';
import {
  EventResponsesSchema,
  eventResponseTableMode,
  PollsVotesSchema,
  pollVoteTableMode,
  Reactions,
  reactionTableMode,
} from './addons.js';
import { DeleteContactAction, SaveContactAction } from './address-book.js';
import { AssociationProtoUtils, generateAlbumMessageProto } from './albums.js';
import { knobs } from './boot-record.js';
import { Bootloader, ForwardMessageFlowLoadable, ForwardMessageModalLoadable } from './bundles.js';
import { CallState, Calls, VoipStackInterface } from './calls.js';
import {
  DemoteNewsletterAdminAction,
  MexAcceptNewsletterAdminInviteJob,
  MexCreateNewsletterAdminInviteJob,
  MexRevokeNewsletterAdminInviteJob,
  NewsletterPendingInvitesQueryJob,
  NewsletterSubscriberListQueryJob,
  QueryAndUpdateNewslettersMetadataAction,
} from './channel-admins.js';
import { NewsletterMessageReactionsCollection } from './channel-reactions.js';
import {
  EditNewsletterMetadataAction,
  LoadNewsletterPreviewChatAction,
  NewsletterCreateAction,
  NewsletterDeleteAction,
  NewsletterDirectorySearchAction,
  NewsletterGetMessagesJob,
  NewsletterMetadataCollection,
  NewsletterMetadataQueryJob,
  NewsletterModelUtils,
  NewsletterRevokeMsgAction,
  NewsletterSendMessageJob,
  NewsletterSubscribeAction,
  NewsletterToggleAdminActivityMuteStateAction,
  NewsletterUnsubscribeAction,
  NewsletterUpdateMsgsRecordsJob,
} from './channels.js';
import { chatSocket } from './chat-socket.js';
import { type Chat, ChatGetters, Chats, findOrCreateLatestChat, Newsletters } from './chats.js';
import { userPrefsIdb as challengePrefs } from './checkpoint.js';
import { Cmd, OfflineMessageHandler } from './cmd.js';
import { Conn, UserPrefsMeUser } from './conn.js';
import { ChangeEphemeralDurationChatAction, ChatEphemerality, getEphemeralFields } from './disappearing.js';
import {
  AddParticipantsRPC,
  ExitGroupAction,
  GroupCreateJob,
  GroupModifyInfoJob,
  GroupModifyParticipantsJob,
  GroupQueryJob,
  Groups,
  ModifyParticipantsGroupAction,
  SetPropertyGroupAction,
} from './groups.js';
import {
  HistoryOnDemandEvents,
  HistoryOnDemandUtils,
  isHistorySyncOnDemandEnabled,
  sendPeerDataOperationRequest,
} from './history.js';
import { BizGatingUtils, BizLabelEditingAction, EditLabelAssociationBridge, Labels } from './labels.js';
import { findLink, findLinks } from './linkify.js';
import { MediaModules } from './media.js';
import {
  MemberLabelCollection,
  MemberLabelCommonUtils,
  MemberLabelGating,
  SendMemberLabelAction,
} from './member-tags.js';
import { fromWire, loadEarlierMsgs, MsgReply, Msgs, QuotedMsgModelUtils, toWire } from './messages.js';
import { defineFurtherModules } from './modules-further.js';
import { MsgKey } from './msg-key.js';
import {
  AltDeviceLinkingApi,
  LinkDeviceEvents,
  NativeCameraUtils,
  RegistrationModules,
  refreshQr,
} from './pairing.js';
import { findCC, formatPhone, formattedPhoneNumber } from './phone.js';
import { Presences } from './presence.js';
import {
  BusinessProfile,
  ContactProfilePicThumbBridge,
  ProfilePicThumb,
  SetPushnameConnAction,
} from './profiles.js';
import { define, defineAll } from './require.js';
import {
  fetchOrUpdateCapStatus,
  fetchReachoutTimelock,
  NewChatCappingUtils,
  ReachoutTimelockUtils,
  userPrefsIdb,
} from './restriction.js';
import {
  ApiContact,
  BlockContactAction,
  BlockContactUtils,
  Blocklist,
  type Contact,
  ContactGetters,
  ContactStatusBridge,
  Contacts,
  getPrivacy,
  isMyContact,
  queryWidExists,
  toLid,
  toPn,
} from './roster.js';
import { SendMsgChatAction, SendMsgJob, updateMessageTable } from './send.js';
import { Socket } from './socket-model.js';
import { SendStatusMsgAction, StatusGatingUtils, StatusMsgDataUtils } from './status.js';
import { Statuses } from './statuses.js';
import { Stream, UpdateUnreadChatAction } from './unread.js';
import { WapParser } from './wap-parser.js';
import { JidToWid, WidFactory, WidToJid } from './wid.js';

const ok = async () => {};
const chatState = async (chat: unknown, state: string): Promise<void> =>
  chatSocket.send({ type: 'chat-state', chat: String(chat), state });

export function defineModules(): void {
  hangInCommands();
  defineAll(RegistrationModules);
  defineAll(MediaModules);
  defineFurtherModules();
  define('WADeprecatedWapParser', WapParser);
  define('WAWebMsgKey', MsgKey);
  defineAll({
    // Life cycle
    WAWebSocketModel: { Socket },
    WAWebStreamModel: { Stream },
    WAWebConnModel: { Conn },
    WAWebCmd: { Cmd },
    WAWebOfflineHandler: { OfflineMessageHandler },
    WAWebAltDeviceLinkingApi: AltDeviceLinkingApi,
    WAWebLinkDeviceEvents: { WAWebLinkDeviceEvents: LinkDeviceEvents },
    WAWebLaunchSocketUtils: { refreshQR: refreshQr },
    ...(knobs.qrPrefix !== 'always' && { WAWebNativeCameraQRLinkedDeviceUtils: NativeCameraUtils }),
    WAWebUserPrefsMeUser: UserPrefsMeUser,
    WAWebUserPrefsIndexedDBStorage: {
      userPrefsIdb: {
        ...userPrefsIdb,
        get: (key: string) => challengePrefs.get(key) ?? userPrefsIdb.get(key),
      },
    },
    WAWebMiscBrowserUtils: { info: () => ({ os: 'Linux', name: 'Chrome', version: '146' }) },
    WAWebSyncGatingUtils: { isPlaceholderMessageResendEnabled: () => false, isHistorySyncOnDemandEnabled },
    WAWebNonMessageDataRequestHistorySyncOnDemandUtils: HistoryOnDemandUtils,
    WAWebHistorySyncOnDemandEvents: HistoryOnDemandEvents,

    // Names
    WAWebWidFactory: WidFactory,
    WAWebWidToJid: WidToJid,
    WAWebJidToWid: JidToWid,
    WAWebApiContact: ApiContact,
    WAWebLidMigrationUtils: { toPn, toLid, toUserLid: toLid },
    WAWebQueryExistsJob: { queryWidExists, queryPhoneExists: queryWidExists },
    WAWebPhoneUtils: { formattedPhoneNumber, formatPhone },
    WAPhoneFindCC: { findCC },
    WAJids: { toUserJid: String, interpretAndValidateJid: (jid: string) => ({ jid }) },

    // Models
    WAWebCollections: {
      Msg: Msgs,
      Chat: Chats,
      Contact: Contacts,
      Blocklist,
      Reactions,
      GroupMetadata: Groups,
      WAWebGroupMetadataCollection: Groups,
      BusinessProfile,
      Label: Labels,
      Status: Statuses,
      WAWebNewsletterCollection: Newsletters,
      WAWebNewsletterMetadataCollection: NewsletterMetadataCollection,
      Presence: Presences,
      ProfilePicThumb,
    },
    WAWebContactCollection: { ContactCollection: Contacts, getMeContact: () => Contacts.get(Conn.wid) },
    WAWebChatGetters: ChatGetters,
    WAWebContactGetters: ContactGetters,
    WAWebFrontendContactGetters: { getIsMyContact: isMyContact },
    WAWebCallCollection: Calls,
    WAWebVoipWaCallEnums: { CallState },
    WAWebVoipStackInterface: VoipStackInterface,
    WAWebAddonReactionTableMode: { reactionTableMode },
    WAWebAddonPollVoteTableMode: { pollVoteTableMode },
    WAWebPollsVotesSchema: PollsVotesSchema,
    WAWebAddonEventResponseTableMode: { eventResponseTableMode },
    WAWebEventResponsesSchema: EventResponsesSchema,
    WAWebPinInChatSchema: PinInChatSchema,

    // Messages
    WAWebSendMsgChatAction: SendMsgChatAction,
    WAWebSendMsgJob: SendMsgJob,
    WAWebAlbumsGenerateAlbumMessageProto: { default: generateAlbumMessageProto },
    WAWebAssociationProtoUtils: AssociationProtoUtils,
    WAWebDBUpdateMessageTable: { updateMessageTable },
    ...(knobs.restrictions && {
      WAWebReachoutTimelockUtils: ReachoutTimelockUtils,
      WAWebGetReachoutTimelockJob: { fetchReachoutTimelock },
      WAWebIndividualNewChatMessageCappingLimitUtils: NewChatCappingUtils,
      WAWebGetNewChatMessageCappingInfoJob: { fetchOrUpdateCapStatus },
    }),
    WAWebSendStatusMsgAction: SendStatusMsgAction,
    WAWebStatusMsgDataUtils: StatusMsgDataUtils,
    WAWebStatusGatingUtils: StatusGatingUtils,
    WAWebLoadNewsletterPreviewChatAction: LoadNewsletterPreviewChatAction,
    WAWebNewsletterSendMessageJob: NewsletterSendMessageJob,
    WAWebNewsletterMetadataQueryJob: NewsletterMetadataQueryJob,
    WAWebNewsletterModelUtils: NewsletterModelUtils,
    WAWebNewsletterSubscribeAction: NewsletterSubscribeAction,
    WAWebNewsletterUnsubscribeAction: NewsletterUnsubscribeAction,
    WAWebNewsletterGatingUtils: {
      isNewsletterCreationEnabled: () => true,
      getMaxSubscriberNumber: () => 500,
    },
    WAWebDemoteNewsletterAdminAction: DemoteNewsletterAdminAction,
    WAWebMexAcceptNewsletterAdminInviteJob: MexAcceptNewsletterAdminInviteJob,
    WAWebMexCreateNewsletterAdminInviteJob: MexCreateNewsletterAdminInviteJob,
    WAWebMexRevokeNewsletterAdminInviteJob: MexRevokeNewsletterAdminInviteJob,
    WAWebNewsletterPendingInvitesQueryJob: NewsletterPendingInvitesQueryJob,
    WAWebNewsletterSubscriberListQueryJob: NewsletterSubscriberListQueryJob,
    WAWebQueryAndUpdateNewslettersMetadataAction: QueryAndUpdateNewslettersMetadataAction,
    WAWebNewsletterReactionCollection: { NewsletterMessageReactionsCollection },
    WAWebNewsletterCreateAction: NewsletterCreateAction,
    WAWebEditNewsletterMetadataAction: EditNewsletterMetadataAction,
    WAWebNewsletterDeleteAction: NewsletterDeleteAction,
    WAWebNewsletterDirectorySearchAction: NewsletterDirectorySearchAction,
    WAWebNewsletterToggleAdminActivityMuteStateAction: NewsletterToggleAdminActivityMuteStateAction,
    WAWebNewsletterGetMessagesJob: NewsletterGetMessagesJob,
    WAWebNewsletterRevokeMsgAction: NewsletterRevokeMsgAction,
    WAWebMsgModelFromData: { msgModelFromMsgData: fromWire },
    WAWebNewsletterUpdateMsgsRecordsJob: NewsletterUpdateMsgsRecordsJob,
    WAWebFindChatAction: { findOrCreateLatestChat, findChat: findOrCreateLatestChat },
    WAWebChatLoadMessages: { loadEarlierMsgs },
    WAWebUpdateUnreadChatAction: UpdateUnreadChatAction,
    WAWebSetArchiveChatAction: { setArchive },
    WAWebSetPinChatAction: { setPin },
    WAWebLinkPreviewChatAction: LinkPreviewChatAction,
    WALinkify: { findLink, findLinks },
    WAWebMsgReply: MsgReply,
    WAWebQuotedMsgModelUtils: QuotedMsgModelUtils,
    WAWebMsgActionCapability: MsgActionCapability,
    WAWebMsgDataFromModel: { msgDataFromMsgModel: toWire },
    WAWebSendMessageEditAction: { sendMessageEdit },
    WAWebSendReactionMsgAction: { sendReactionToMsg },
    WAWebPollsSendVoteMsgAction: { sendVote },
    WAWebSendPinMessageAction: { sendPinInChatMsg },
    WAWebPinMsgConstants: PinMsgConstants,
    WAWebKeepInChatMsgAction: KeepInChatMsgAction,
    WAWebKeepInChatMsgUtils: KeepInChatMsgUtils,
    WAWebMsgGetters: MsgGetters,
    WAWebChatForwardMessage: { forwardMessages },
    Bootloader,
    WAWebForwardMessageFlowLoadable: ForwardMessageFlowLoadable,
    WAWebForwardMessageModalLoadable: ForwardMessageModalLoadable,
    WAWebApiMessageInfoStore: { queryMsgInfo },
    WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields },
    WAWebChatEphemerality: ChatEphemerality,
    WAWebChangeEphemeralDurationChatAction: ChangeEphemeralDurationChatAction,
    WAWebNonMessageDataRequestPlaceholderMessageResendUtils: { handlePlaceholderMsgsSeen: ok },
    WAWebSendNonMessageDataRequest: { sendPeerDataOperationRequest },
    WAWebBackendJobsCommon: { mediaTypeFromProtobuf: () => undefined },
    WAWebE2EProtoUtils: { typeAttributeFromProtobuf: () => 'text' },

    // Chats and people
    WAWebChatClearBridge: { sendClear },
    WAWebDeleteChatAction: { sendDelete },
    WAWebChatStateBridge: {
      sendChatStateComposing: (chat: unknown) => chatState(chat, 'composing'),
      sendChatStateRecording: (chat: unknown) => chatState(chat, 'recording'),
      sendChatStatePaused: (chat: unknown) => chatState(chat, 'paused'),
    },
    WAWebPresenceChatAction: { sendPresenceAvailable: ok, sendPresenceUnavailable: ok },
    WAWebBlockContactUtils: BlockContactUtils,
    WAWebBlockContactAction: BlockContactAction,
    WAWebContactStatusBridge: ContactStatusBridge,
    WAWebSetPushnameConnAction: SetPushnameConnAction,
    WAWebContactProfilePicThumbBridge: ContactProfilePicThumbBridge,
    WAWebSaveContactAction: SaveContactAction,
    WAWebDeleteContactAction: DeleteContactAction,
    WAWebContactManagementGating: { contactManagementEnabled: () => knobs.contactChanges !== 'not-offered' },
    WAWebQueryPrivacySettingsJob: { getPrivacy },
    WAWebApiDeviceList: {
      getDeviceIds: async (wids: unknown[]) => wids.map((id) => ({ id, devices: [{ id: 0 }] })),
    },
    WAWebFindCommonGroupsContactAction: {
      findCommonGroups: async (contact: Contact & { commonGroups?: object }) => {
        const groups = Chats.filter((chat) => chat.groupMetadata?.participants.get(contact.id) !== undefined);
        contact.commonGroups = { serialize: () => groups.map(({ id }) => ({ id })) };
        return groups.length > 0;
      },
    },

    // Groups
    WAWebGroupCreateJob: GroupCreateJob,
    WAWebGroupQueryJob: GroupQueryJob,
    WAWebGroupModifyInfoJob: GroupModifyInfoJob,
    WAWebGroupModifyParticipantsJob: GroupModifyParticipantsJob,
    WAWebSetPropertyGroupAction: SetPropertyGroupAction,
    WAWebModifyParticipantsGroupAction: ModifyParticipantsGroupAction,
    WASmaxGroupsAddParticipantsRPC: AddParticipantsRPC,
    WAWebExitGroupAction: ExitGroupAction,
    WAWebMemberLabelCollection: MemberLabelCollection,
    WAWebMemberLabelCommonUtils: MemberLabelCommonUtils,
    WAWebMemberLabelGating: MemberLabelGating,
    WAWebSendMemberLabelAction: SendMemberLabelAction,
    WAWebChatSendMessages: {
      sendDeleteMsgs,
      sendRevokeMsgs,
      sendStarMsgs,
      sendGroupInviteMessage: (chat: Chat, inviteGrp: string, inviteGrpName: string, inviteCode: string) =>
        sendPlain(chat, 'groups_v4_invite', { inviteGrp, inviteGrpName, inviteCode }),
    },
    WAWebUserPrefsGeneral: {
      getAutoDownloadAudio: () => true,
      setAutoDownloadAudio: ok,
      getAutoDownloadDocuments: () => true,
      setAutoDownloadDocuments: ok,
      getAutoDownloadPhotos: () => true,
      setAutoDownloadPhotos: ok,
      getAutoDownloadVideos: () => true,
      setAutoDownloadVideos: ok,
    },
    WAWebBizGatingUtils: BizGatingUtils,
    WAWebBizLabelEditingAction: BizLabelEditingAction,
    WAWebEditLabelAssociationBridge: EditLabelAssociationBridge,
    WAWebBizLabelUtils: { mapManualLabelIdToDetectedOutcomeLabelId: () => null },
  });
}
