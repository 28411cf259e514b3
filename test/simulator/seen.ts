/**
 * Everything that product and library use of WhatsApp Web: each module and member, with its required
 * behaviour (arguments → result, and when) and the source. `test/unit/simulator/seen.test.ts` checks the list
 * against the code. The page's own modules were read as of 2026-04-27 in vinikjkkj/wa-diff.
 * wppconnect-team/wa-js 4.6.0 (2026-08-21) finds functions by their names, mostly in any module. Entries that
 * neither has are known only from reports about the library.
 */

export type Source = 'wa-diff 2026-04-27' | 'wa-js 4.6.0' | 'reports only';

const DIFF = ['wa-diff 2026-04-27'] as const;
const WA_JS = ['wa-js 4.6.0'] as const;
const BOTH = ['wa-diff 2026-04-27', 'wa-js 4.6.0'] as const;
const REPORTS = ['reports only'] as const;

/** `Module` or `Module.member` → its required behaviour, and the sources. */
export const SEEN: Readonly<Record<string, readonly [reliedOn: string, seen: readonly Source[]]>> = {
  'Bootloader.loadModules': ['([component], done, caller); throws for a name that is not a component', WA_JS],
  'WABase64.encodeB64': ['(bytes) → base64 text; composes the QR text', BOTH],
  'WADeprecatedSendIq.deprecatedCastStanza': ["(stanza, parser); used for the library's own stanzas", DIFF],
  'WADeprecatedWapParser.prototype': [
    'parse(stanza) → { success } or { error }; for a failure, success.reason is the code. Only the class is exported; a replacement of parse is called',
    DIFF,
  ],
  'WAJids.toNewsletterJid': ["(text) → the same with the channel's server", DIFF],
  'WALinkify.findLink': ['(text) → its first link or null', DIFF],
  'WALinkify.findLinks': ['(text) → every link in it', DIFF],
  'WAMediaCalculateFilehash.getRandomFilehash': ['() → promise of a base64 hash', DIFF],
  'WAPhoneFindCC.findCC': ['(digits) → the country code at their beginning', DIFF],
  'WASmaxGroupsAddParticipantsRPC.sendAddParticipantsRPC': [
    '({ participantArgs, iqTo }) → promise of { name, value }',
    DIFF,
  ],
  'WASmaxGroupsMembershipRequestsActionRPC.sendMembershipRequestsActionRPC': [
    '({ iqTo, approveArgs or rejectArgs }) → promise of { name, value }',
    DIFF,
  ],
  'WAWap.generateId': ['() → the id of a stanza', BOTH],
  'WAWap.wap': ['(tag, attributes, children) → a stanza', BOTH],
  'WAWebAddonEventResponseTableMode.eventResponseTableMode': [
    'bulkUpsert(answers) is called for each new answer to an event, of others and of this account: { id, parentMsgKey, eventResponse, senderTimestampMs, author or from }; it can be wrapped',
    DIFF,
  ],
  'WAWebAddonPollVoteTableMode.pollVoteTableMode': [
    'bulkUpsert(votes) is called for each incoming vote, and can be wrapped',
    DIFF,
  ],
  'WAWebAddonReactionTableMode.reactionTableMode': [
    'bulkUpsert(reactions) is called for each incoming reaction, and can be wrapped; hasReaction of the message is set afterwards, and is false again when none is left (WAWebReactionsBEUtils)',
    DIFF,
  ],
  WAWebAlbumsGenerateAlbumMessageProto: [
    '({ contextInfo }) → { albumMessage }, without the numbers of its files; a message of the type `album` is sent with it',
    DIFF,
  ],
  'WAWebAltDeviceLinkingApi.initializeAltDeviceLinking': [
    '() → promise; ends the QR before a pairing code',
    BOTH,
  ],
  'WAWebAltDeviceLinkingApi.initializeQRLinking': [
    '() → promise; goes back from a pairing code to the QR',
    DIFF,
  ],
  'WAWebAltDeviceLinkingApi.setPairingType': ['("ALT_DEVICE_LINKING"), before a code is requested', DIFF],
  'WAWebAltDeviceLinkingApi.startAltLinkingFlow': [
    '(number, notify) → promise of eight letters and digits',
    DIFF,
  ],
  'WAWebApiContact.getAlternateUserWid': [
    '(wid) → the other identity of a person, or nothing; from memory',
    DIFF,
  ],
  'WAWebApiContact.getCurrentLid': ['(wid of a number) → the LID or nothing; from memory', BOTH],
  'WAWebApiContact.getPhoneNumber': ['(LID) → wid of the number or nothing; from memory', BOTH],
  'WAWebApiDeviceList.getDeviceIds': ['(wids) → promise of devices for each', DIFF],
  'WAWebApiMembershipApprovalRequestStore.getMembershipApprovalRequests': [
    "(group's id) → promise of requests",
    BOTH,
  ],
  'WAWebApiMessageInfoStore.queryMsgInfo': [
    '(key) → promise of the people who have received and read it',
    DIFF,
  ],
  'WAWebAssociationProtoUtils.getValidatedOutgoingMessageAssociationContextInfo': [
    "(type, key of the message that it belongs to) → the context of the stanza; throws for types that this page does not send, and the message is sent without. The message's own attributes are associationType, parentMsgKey and viewMode",
    DIFF,
  ],
  'WAWebBackendJobsCommon.mediaTypeFromProtobuf': ['(message) → a media type; the library wraps it', BOTH],
  'WAWebBizGatingUtils.canDisplayLabel': ['() → true for a business account', DIFF],
  'WAWebBizGatingUtils.labelsEditingEnabled': [
    '() → true for a business account whose phone syncs labels, and where lists are switched on',
    DIFF,
  ],
  'WAWebBizGatingUtils.smbNotesV1Enabled': ['() → boolean', DIFF],
  'WAWebBizLabelEditingAction.labelAddAction': [
    '(name, colour) → promise of the id as a number, or of nothing if the store failed',
    DIFF,
  ],
  'WAWebBizLabelEditingAction.labelDeleteAction': ['(id, name, colour) → promise', DIFF],
  'WAWebBizLabelEditingAction.labelEditAction': [
    '(id, name, predefinedId, colour, isActive, type) → promise',
    DIFF,
  ],
  'WAWebBizLabelUtils.mapManualLabelIdToDetectedOutcomeLabelId': [
    '(id) → the id of the label that WhatsApp puts on by itself under the same name, or null',
    DIFF,
  ],
  'WAWebBizOrderBridge.queryOrder': ['(id, width, height, token) → promise of an order', BOTH],
  'WAWebBizProductCatalogBridge.queryProduct': ['(wid, id, …) → promise of a product', DIFF],
  'WAWebBlockContactAction.blockContact': [
    '({ contact, blockEntryPoint }) → promise; sends the number of a LID contact unless the block list is migrated, rejects with a text for a number without a chat when it is',
    BOTH,
  ],
  'WAWebBlockContactAction.unblockContact': [
    '(contact) → promise; sends the id of the contact as it is, and does nothing for one that is not blocked',
    BOTH,
  ],
  'WAWebBlockContactUtils.getContactToBlockOnlyUseIfNoAssociatedChat': [
    '(contact, entry point) → contact; gone by 2026-04-27',
    REPORTS,
  ],
  'WAWebBotMessageSecret.genBotMsgSecretFromMsgSecret': ['(secret) → promise of a secret', BOTH],
  'WAWebBotProfileCollection.BotProfileCollection': ["get(id) → a bot's profile", BOTH],
  'WAWebCallCollection.activeCall': [
    'the current call of the native stack, with id, peerJid, isVideo, isGroup, outgoing, offerTime, getState(); or nothing',
    BOTH,
  ],
  'WAWebCallCollection.get': ['(id) → a call of the older stack or nothing', BOTH],
  'WAWebCallCollection.on': [
    'the module is the emitter: on("add") for calls of the older stack; those of the native stack never raise it',
    BOTH,
  ],
  'WAWebChangeEphemeralDurationChatAction.changeEphemeralDuration': [
    '(chat, seconds or 0, entry point, trigger) → promise that resolves when the server has it; throws where WAWebChatEphemerality.shouldShowEphemeralSetting is false',
    DIFF,
  ],
  'WAWebChangeNewsletterOwnerAction.changeNewsletterOwnerAction': ['(channel, contact) → promise', DIFF],
  'WAWebChatClearBridge.sendClear': [
    '(chat, last key, keep starred) → promise of { result: keys }, which are removed from the store and not from memory',
    BOTH,
  ],
  'WAWebChatEphemerality.shouldShowEphemeralSetting': [
    '(chat) → false where this account may not set the timer',
    DIFF,
  ],
  'WAWebChatForwardMessage.forwardMessages': [
    '({ chat, msgs, … }) → promise of the messages that were not forwarded; loaded on demand since summer 2026',
    DIFF,
  ],
  'WAWebChatGetters.getIsBroadcast': ['(chat) → boolean', DIFF],
  'WAWebChatGetters.getIsNewsletter': ['(chat) → boolean', DIFF],
  'WAWebChatLoadMessages.loadEarlierMsgs': [
    '({ chat }) → promise of older messages, empty at the end and after five failed reads of the store; the error of an aborted read, then and in every later call',
    DIFF,
  ],
  'WAWebChatMessageSearch.getSearchContext': ['({ chat, msgKey }) → { collection } around a message', BOTH],
  'WAWebChatSendMessages.sendDeleteMsgs': ['(chat, { list, type: "message" }, clear media) → promise', DIFF],
  'WAWebChatSendMessages.sendGroupInviteMessage': [
    '(chat, group, name, code, expiry, comment, picture) → promise',
    DIFF,
  ],
  'WAWebChatSendMessages.sendRevokeMsgs': [
    '(chat, { list, type: "message" }, { clearMedia }) → promise; the message then has the id of the deletion, without body and caption, and with its directPath until the document ends (WAWebRevokeMsgAction)',
    DIFF,
  ],
  'WAWebChatSendMessages.sendStarMsgs': [
    '(chat, messages, starred) → promise; star of a message is false by default',
    DIFF,
  ],
  'WAWebChatStateBridge.sendChatStateComposing': ['(wid) → promise', DIFF],
  'WAWebChatStateBridge.sendChatStatePaused': ['(wid) → promise', DIFF],
  'WAWebChatStateBridge.sendChatStateRecording': ['(wid) → promise', DIFF],
  'WAWebCheckpointModalStrings.getCheckpointContinueButtonText': [
    "() → the text of the button that requests the passkey, in the user's language; loaded with its window",
    DIFF,
  ],
  'WAWebCmd.Cmd': [
    'an emitter with commands as methods; events starting_logout_from_bridge, logout_from_bridge and offline_progress_update_from_bridge; the commands on chats act only while the main screen is mounted',
    BOTH,
  ],
  'WAWebCollections.Blocklist': ['get(id), with the id that was sent when blocking; add, remove', DIFF],
  'WAWebCollections.BusinessProfile': [
    'find(wid) → promise of a profile: description, address, email, website [{ url }], categories [{ localized_display_name }], businessHours { config: { day: { mode, hours: [[from, to]] } }, timezone }, in minutes since midnight',
    DIFF,
  ],
  'WAWebCollections.Chat': ['get(wid or text), getModelsArray(), find(wid), on(add, remove, change:…)', DIFF],
  'WAWebCollections.Contact': ['get(wid or text), getModelsArray(), find(wid) → promise', DIFF],
  'WAWebCollections.Features': ['not there', REPORTS],
  'WAWebCollections.GroupMetadata': ['not there; WAWebGroupMetadataCollection is the name', REPORTS],
  'WAWebCollections.Label': [
    "getModelsArray(), get(id), addOrRemoveLabelsMD([{ id, type: 'add' or 'remove' }], chats), getNextAvailableColor(); raises add, remove, change:name and change:colorIndex. A label has name, colorIndex, chatCount, isActive, and labelItemCollection, which raises add and remove of { parentType: 'Chat' or 'Contact', parentId }",
    DIFF,
  ],
  'WAWebCollections.Msg': [
    'get(key as text), getModelsArray(), getMessagesById([keys]) → promise of { messages }: exact keys only; loadMessagesQuery({ anchor, count, direction, threadId }) → promise of messages, rejects with the error of the store, or 404; search(text, page, count, chat) → promise of { messages, eof, canceled }, newest first, each word as the beginning of one; rejects with E404 when nothing matches, and keeps the first page over all chats for a minute; on(add, change:ack, …)',
    DIFF,
  ],
  'WAWebCollections.NewsletterMetadataCollection': [
    'not there; WAWebNewsletterMetadataCollection is the name',
    REPORTS,
  ],
  'WAWebCollections.Presence': [
    'get(wid), find(wid) → promise of a presence, after the subscription if there is a chat; its chatstate raises change:type (available, unavailable, typing, recording_audio) and change:t',
    DIFF,
  ],
  'WAWebCollections.ProfilePicThumb': [
    'get(id), find(wid) → promise of { tag, eurl, img, imgFull }; the tag is empty without a picture that may be seen',
    DIFF,
  ],
  'WAWebCollections.Reactions': ['find(key) → promise', DIFF],
  'WAWebCollections.Status': [
    'getModelsArray(), getMyStatus(), sync() → promise, from the store of the page; a model has id, msgs, and sendReadStatus(message, seconds, { sendReceipt }) → promise that does not reject',
    DIFF,
  ],
  'WAWebCollections.WAWebGroupMetadataCollection': ['get(id), update(id) → promise', DIFF],
  'WAWebCollections.WAWebNewsletterCollection': ['get(id), find(id), getModelsArray()', DIFF],
  'WAWebCollections.WAWebNewsletterMetadataCollection': ['get(id), update(id) → promise', DIFF],
  'WAWebCompanionRegClientUtils.DEVICE_PLATFORM': ['the last part of the QR text', DIFF],
  'WAWebConnModel.Conn': ['ref, wid, pushname, platform; on("change:ref") while unlinked', BOTH],
  'WAWebContactCollection.getMeContact': ["() → the account's own contact", DIFF],
  'WAWebContactGetters.getIsEnterprise': ['(contact) → boolean', DIFF],
  'WAWebContactGetters.getIsGroup': ['(contact) → boolean', DIFF],
  'WAWebContactGetters.getIsMe': ['(contact) → boolean', BOTH],
  'WAWebContactGetters.getIsUser': ['(contact) → boolean', DIFF],
  'WAWebContactGetters.getIsWAContact': ['(contact) → boolean', DIFF],
  'WAWebContactGetters.getName': ['(contact) → text or nothing', DIFF],
  'WAWebContactGetters.getPushname': ['(contact) → text or nothing', BOTH],
  'WAWebContactGetters.getShortName': ['(contact) → text or nothing', DIFF],
  'WAWebContactGetters.getStatusMute': ['(contact) → boolean', DIFF],
  'WAWebContactGetters.getUserid': ['(contact) → the digits', BOTH],
  'WAWebContactGetters.getVerifiedLevel': ['(contact) → number or nothing', DIFF],
  'WAWebContactGetters.getVerifiedName': ['(contact) → text or nothing', DIFF],
  'WAWebContactManagementGating.contactManagementEnabled': [
    '() → false where page or phone do not let this device change contacts',
    DIFF,
  ],
  'WAWebContactProfilePicThumbBridge.requestDeletePicture': ['(wid) → promise of { status }', BOTH],
  'WAWebContactProfilePicThumbBridge.requestProfilePicFromServer': [
    '(wid or { … }) → promise of { eurl }',
    DIFF,
  ],
  'WAWebContactProfilePicThumbBridge.sendSetPicture': [
    '(wid, thumbnail, picture) → promise of { status }',
    BOTH,
  ],
  'WAWebContactStatusBridge.getStatus': [
    '({ wid }) → promise of { id, status }, null if the person hides it; by GraphQL for a number, which may never answer',
    BOTH,
  ],
  'WAWebContactStatusBridge.setMyStatus': [
    '(text) → promise of { status }, when the server has answered',
    BOTH,
  ],
  'WAWebCountriesNativeCountryNames.countryCodesIso': ['not there', REPORTS],
  'WAWebCryptoMediaTypeInfo.getMediaTypeInfo': [
    '(type) → what the keys of a file of this type are derived with; throws for a type without keys',
    DIFF,
  ],
  'WAWebDBUpdateMessageTable.updateMessageTable': [
    '(key, { ack, isSendFailure }) → promise; updates the stored fields of a message',
    DIFF,
  ],
  'WAWebDeleteChatAction.sendDelete': [
    '(chat, with a notice) → promise; the chat is gone then, unless a message has arrived meanwhile',
    BOTH,
  ],
  'WAWebDeleteContactAction.deleteContactAction': [
    '({ phoneNumber: wid }) → promise; the contact has no name then',
    BOTH,
  ],
  'WAWebDemoteNewsletterAdminAction.demoteNewsletterAdmin': [
    '(channel, contact) → promise; the name is demoteNewsletterAdminAction',
    REPORTS,
  ],
  'WAWebDemoteNewsletterAdminAction.demoteNewsletterAdminAction': [
    '(channel, contact) → promise; of an own contact, it changes the role in the metadata',
    DIFF,
  ],
  'WAWebDownloadManager.downloadManager': [
    'downloadAndMaybeDecrypt({ directPath, encFilehash, filehash, mediaKey, type, mimetype, … }) → promise of bytes',
    DIFF,
  ],
  'WAWebDrawerManager.DrawerManager': ["openDrawerRight, openChatBottom, …: the page's own window", DIFF],
  'WAWebE2EProtoUtils.typeAttributeFromProtobuf': ['(message) → a type; the library wraps it', BOTH],
  'WAWebEditLabelAssociationBridge.editLabelAssociation': [
    "([{ id, type: 'add' or 'remove', listType? }], chats) → promise; rejects where labels cannot be changed",
    DIFF,
  ],
  'WAWebEditNewsletterMetadataAction.editNewsletterMetadataAction': [
    '(channel, fields, values) → promise',
    BOTH,
  ],
  'WAWebEventResponsesSchema.getTable': [
    '() → { equals([columns], …) } of answers to events: { parentMsgKey, sender, msgKey, eventResponse as one byte, senderTimestampMs }',
    DIFF,
  ],
  'WAWebExitGroupAction.sendExitGroup': ['(chat) → promise', BOTH],
  'WAWebFindChatAction.findOrCreateLatestChat': [
    '(wid, reason, …) → promise of { chat }; may answer under either identity. The exports can be replaced',
    BOTH,
  ],
  'WAWebFindCommonGroupsContactAction.findCommonGroups': [
    '(contact) → promise; fills contact.commonGroups',
    BOTH,
  ],
  'WAWebForwardMessageFlowLoadable.requireBundle': [
    '() → promise; the modules for forwarding are available afterwards',
    DIFF,
  ],
  'WAWebFrontendContactGetters.getIsMyContact': ['(contact) → boolean', BOTH],
  'WAWebFrontendVcardUtils.vcardFromContactModel': ['(contact) → { vcard, displayName }', BOTH],
  'WAWebGenerateEventCallLink.createEventCallLink': ['(start, type) → promise of a link', BOTH],
  'WAWebGetEphemeralFieldsMsgActionsUtils.getEphemeralFields': [
    '(chat) → fields to put into a message',
    BOTH,
  ],
  'WAWebGetNewChatMessageCappingInfoJob.fetchOrUpdateCapStatus': [
    '() → promise; asks for the quota of new chats by GraphQL, which may never answer, and raises Cmd new_chat_message_capping_state_change; at once if the cap is off',
    DIFF,
  ],
  'WAWebGetReachoutTimelockJob.fetchReachoutTimelock': [
    '() → promise; asks for the time lock by GraphQL, as each start does, and raises Cmd reachout_timelock_state_change',
    DIFF,
  ],
  'WAWebGroupCommunityJob.sendCreateCommunity': [
    '({ name, desc, closed, hasAllowNonAdminSubGroupCreation, shouldCreateGeneralChat }) → promise of { wid }',
    DIFF,
  ],
  'WAWebGroupCommunityJob.sendDeactivateCommunity': ['({ parentGroupId }) → promise', DIFF],
  'WAWebGroupCommunityJob.sendLinkSubgroups': [
    '({ parentGroupId, subgroupIds }) → promise of { failedGroups: [{ jid, error }] }',
    DIFF,
  ],
  'WAWebGroupCommunityJob.sendUnlinkSubgroups': [
    '({ parentGroupId, subgroupIds }) → promise of { failedGroups: [{ jid, error }] }',
    DIFF,
  ],
  'WAWebGroupCreateJob.createGroup': [
    '({ title, … }, [{ phoneNumber, lid }]) → promise of { wid, participants }; the chat and its metadata come later',
    BOTH,
  ],
  'WAWebGroupGetMembershipApprovalRequestsJob.queryAndUpdateGroupMembershipApprovalRequests': [
    "(group's wid) → promise; the store has the server's requests afterwards; rejects with a status unless this account is an admin",
    DIFF,
  ],
  'WAWebGroupInviteJob.joinGroupViaInvite': [
    '(code, whether the answer is expected to be a request to join) → promise of { gid }; any other answer is thrown as UnexpectedJoinGroupViaInviteResponse, with gid and membershipApprovalMode',
    BOTH,
  ],
  'WAWebGroupInviteJob.resetGroupInviteCode': ['(wid) → promise of the new code', BOTH],
  'WAWebGroupInviteV4Job.joinGroupViaInviteV4': ['(code, expiry, group, from) → promise of { status }', DIFF],
  'WAWebGroupMembershipRequestsActionJob.MembershipApprovalRequestAction': ['{ Approve, Reject }', DIFF],
  'WAWebGroupMembershipRequestsActionJob.membershipApprovalRequestAction': [
    "(group's wid, [{ lid or phoneNumber }], action) → promise of [{ wid, phoneNumber, error }]",
    DIFF,
  ],
  'WAWebGroupModifyInfoJob.setGroupDescription': [
    '(wid, text, new id, previous id) → promise; one object with names since July 2026',
    BOTH,
  ],
  'WAWebGroupModifyInfoJob.setGroupSubject': ['(wid, text) → promise', BOTH],
  'WAWebGroupModifyParticipantsJob.demoteGroupParticipants': ['(group, wids) → promise', BOTH],
  'WAWebGroupModifyParticipantsJob.promoteGroupParticipants': ['(group, wids) → promise', BOTH],
  'WAWebGroupModifyParticipantsJob.removeGroupParticipants': ['(group, wids) → promise', BOTH],
  'WAWebGroupQueryJob.queryAndUpdateGroupMetadataById': [
    "({ id }) → promise; afterwards the metadata in memory are the server's; rejects with a status for a group that does not exist",
    DIFF,
  ],
  'WAWebGroupQueryJob.queryGroupInvite': [
    '(code) → promise of the group that a link leads to: id, subject, owner, size, participants with isAdmin and isSuperAdmin',
    DIFF,
  ],
  'WAWebGroupQueryJob.resetGroupInviteCode': [
    '(wid) → promise of the new code; in WAWebGroupInviteJob by 2026-04-27',
    WA_JS,
  ],
  'WAWebHistorySyncOnDemandEvents.WAWebHistorySyncOnDemandEvents': [
    'on, off: history_sync_on_demand_events:success_history_sync_od and :error_history_sync_od, with the id of the chat, …@s.whatsapp.net for a number',
    DIFF,
  ],
  'WAWebImageUtils.toWebpSticker': ['(blob) → promise of a webp of 512 by 512', DIFF],
  'WAWebIndividualNewChatMessageCappingLimitUtils.canSendMsgWhileCapped': [
    '({ chat, contact }) → true if this is not a new person: not a person, me, a business, or a person whose chat has a token of trust; independent of the cap',
    DIFF,
  ],
  'WAWebIndividualNewChatMessageCappingLimitUtils.getCappingData': [
    '() → { capping_status, total_quota, used_quota, cycle_end_timestamp (s), … } or nothing; also past the end of the cycle',
    DIFF,
  ],
  'WAWebJidToWid.newsletterJidToWid': ['(jid) → wid', DIFF],
  'WAWebJidToWid.userJidToUserWid': ['(jid) → wid', DIFF],
  'WAWebKeepInChatMsgAction.keepMessage': [
    '(message, entry point) → promise of { messageSendResult }; the message is kept before the server has answered',
    DIFF,
  ],
  'WAWebKeepInChatMsgAction.undoKeepMessage': [
    '(message, { deleteExpired }, entry point) → promise, likewise',
    DIFF,
  ],
  'WAWebKeepInChatMsgUtils.canShowKeepOption': [
    '(message) → boolean: of a chat whose messages disappear, no star, GIF or sticker, and not locked for this account',
    DIFF,
  ],
  'WAWebKeepInChatMsgUtils.canShowUnkeepOption': [
    '(message) → boolean: kept, and ours or one that this account may keep',
    DIFF,
  ],
  'WAWebL10N.getRegion': ["() → the page's region", DIFF],
  'WAWebLaunchSocketUtils.refreshQR': ['() ends the socket and begins a new round of QR codes', DIFF],
  'WAWebLidMigrationUtils.toPn': ['(wid) → wid of the number or nothing', DIFF],
  'WAWebLinkDeviceEvents.WAWebLinkDeviceEvents': [
    'an emitter: on("link_device_events:refresh_alt_linking_code", …:force_manual_refresh, …:error_alt_linking) when a pairing code is over',
    BOTH,
  ],
  'WAWebLinkPreviewChatAction.getLinkPreview': [
    '(link, { chat }) → promise of { data } or nothing; asks the server, without a limit',
    BOTH,
  ],
  'WAWebLoadNewsletterPreviewChatAction.loadNewsletterPreviewChat': [
    '(code of a link or id) → promise of the channel, which is in the collection afterwards',
    DIFF,
  ],
  'WAWebMediaDataUtils.shouldUseMediaCache': ['(type) → boolean', DIFF],
  'WAWebMediaInMemoryBlobCache.InMemoryMediaBlobCache': ['put(hash, data), get(hash)', DIFF],
  'WAWebMediaMmsV4Upload.uploadMedia': [
    '({ mimetype, mediaObject, mediaType, mediaKeyInfo, canEnableFastForward, earlyUpload }) → promise of { kind, mediaEntry }; takes an upload of the file that is under way, else the first of mediaObject.entries.getUploadEntry(true), both of any type; with canEnableFastForward false the result of earlyUpload, or a new one',
    BOTH,
  ],
  'WAWebMediaMmsV4Upload.uploadUnencryptedMedia': [
    '({ mimetype, mediaObject, mediaType }) → promise of { kind, mediaEntry }; for channels',
    DIFF,
  ],
  'WAWebMediaOpaqueData.createFromData': ['(blob, type) → promise of data', BOTH],
  'WAWebMediaStorage.getOrCreateMediaObject': ['(hash) → the media object', BOTH],
  WAWebMediaUpdateMsg: [
    'called as a function: (data, options), by the library, for messages with media',
    DIFF,
  ],
  'WAWebMemberLabelCollection.getModelsArray': [
    '() → the labels in memory: id, whose text is GROUP_LID, and label, which is empty when it was removed',
    DIFF,
  ],
  'WAWebMemberLabelCollection.initializeLabelsForChat': [
    '(id of the group as text) → promise; the labels of its members are in memory then',
    DIFF,
  ],
  'WAWebMemberLabelCommonUtils.isMemberLabelStrValid': ['(text) → boolean', DIFF],
  'WAWebMemberLabelGating.isMemberLabelSenderEnabled': ['() → false where this account has no labels', DIFF],
  'WAWebMexAcceptNewsletterAdminInviteJob.acceptNewsletterAdminInvite': ['(channel) → promise', DIFF],
  'WAWebMexCreateNewsletterAdminInviteJob.createNewsletterAdminInvite': [
    "(channel's id, wid of a person with a known LID) → promise of { inviteExpiration (s) }; by GraphQL",
    DIFF,
  ],
  'WAWebMexFetchAllSubgroupsJob.mexFetchAllSubgroups': [
    '(community, hint, "INTERACTIVE") → promise of [{ id, subject, defaultSubgroup }]; by GraphQL, which may never answer',
    DIFF,
  ],
  'WAWebMexFetchGroupInviteCodeJob.fetchMexGroupInviteCode': [
    "(group's id as text) → promise of the code; by GraphQL, which may never answer",
    BOTH,
  ],
  'WAWebMexFetchNewsletterSubscribersJob.mexFetchNewsletterSubscribers': [
    '(channel, limit) → promise of followers',
    DIFF,
  ],
  'WAWebMexRevokeNewsletterAdminInviteJob.revokeNewsletterAdminInvite': ['(channel, person) → promise', DIFF],
  'WAWebMiscBrowserUtils.info': ['() → { os, name, version }', REPORTS],
  'WAWebMmsMediaTypes.castToV4': ['(type) → a type of the media host', DIFF],
  'WAWebMmsMediaTypes.msgToMediaType': ['({ type, isGif, isNewsletter }) → a type of the media host', DIFF],
  'WAWebModifyParticipantsGroupAction.demoteParticipants': ['(chat, participants) → promise', BOTH],
  'WAWebModifyParticipantsGroupAction.promoteParticipants': ['(chat, participants) → promise', BOTH],
  'WAWebModifyParticipantsGroupAction.removeParticipants': ['(chat, participants) → promise', BOTH],
  'WAWebMsgActionCapability.canAdminRevokeMsg': ['(message) → boolean', DIFF],
  'WAWebMsgActionCapability.canEditCaption': [
    '(message) → boolean: for image, video and document with a caption that is there',
    BOTH,
  ],
  'WAWebMsgActionCapability.canEditText': ['(message) → boolean', BOTH],
  'WAWebMsgActionCapability.canPinMsg': [
    '(message) → boolean: with an ack, and no notice, view-once or unknown one',
    DIFF,
  ],
  'WAWebMsgActionCapability.canRevokeNewsletterMsg': [
    '(post) → boolean: the account is an admin of its channel, and the server has it',
    DIFF,
  ],
  'WAWebMsgActionCapability.canSenderRevokeMsg': ['(message) → boolean', DIFF],
  'WAWebMsgActionCapability.canStarMsg': ['(message) → boolean', DIFF],
  'WAWebMsgDataFromModel.msgDataFromMsgModel': ['(message) → its attributes', BOTH],
  'WAWebMsgGetters.getIsKept': ['(message) → boolean', DIFF],
  WAWebMsgKey: [
    'new ({ fromMe, remote, id, participant }) or ({ from, to, id, participant, selfDir }), wids only; throws before there is an account; from or to must be the account, otherwise the key has no remote',
    DIFF,
  ],
  'WAWebMsgKey.fromString': ['(text) → key', DIFF],
  'WAWebMsgKey.newId': ['() → promise of an id', BOTH],
  'WAWebMsgKey.prototype': ['a getter that is added there applies to every key', DIFF],
  'WAWebMsgModelFromData.msgModelFromMsgData': ['(attributes) → message, which is in no collection', DIFF],
  'WAWebMsgReply.canReplyMsg': ['(message) → boolean', BOTH],
  'WAWebNativeCameraQRLinkedDeviceUtils.isNativeCameraQRLinkedDeviceTest': [
    '() → boolean: whether the QR text begins with a link for the camera',
    DIFF,
  ],
  'WAWebNewsletterCreateAction.createNewsletterAction': [
    '({ name, description, picture }) → promise of its wid, null if the page could not store it; the channel is in the collection afterwards',
    DIFF,
  ],
  'WAWebNewsletterCreateQueryJob.createNewsletterQuery': ['({ name, description, picture }) → promise', BOTH],
  'WAWebNewsletterDeleteAction.deleteNewsletterAction': ['(channel) → promise', DIFF],
  'WAWebNewsletterDemoteAdminJob.demoteNewsletterAdminAction': [
    '(channel, person) → promise; not there',
    REPORTS,
  ],
  'WAWebNewsletterDirectorySearchAction.fetchNewsletterDirectories': ['({ … }) → promise of channels', DIFF],
  'WAWebNewsletterGatingUtils.getMaxSubscriberNumber': ['() → number', BOTH],
  'WAWebNewsletterGatingUtils.getNewsletterDirectoryPageSize': ['() → number', DIFF],
  'WAWebNewsletterGatingUtils.isNewsletterCreationEnabled': ['() → boolean', DIFF],
  'WAWebNewsletterGetMessagesJob.getNewsletterMessages': [
    '(id, number, { before } or nothing) → promise of { msgs, reactions, … } from the server; stores nothing; rejects with a status',
    DIFF,
  ],
  'WAWebNewsletterMetadataQueryJob.queryNewsletterMetadataByInviteCode': [
    '(code or id, role or nothing) → promise of metadata in parts; rejects with a status',
    DIFF,
  ],
  'WAWebNewsletterModelUtils.ADMIN_NOTIFICATIONS': ['a constant', DIFF],
  'WAWebNewsletterModelUtils.MUTED_STATE': ['a constant', DIFF],
  'WAWebNewsletterModelUtils.UNMUTED_STATE': ['a constant', DIFF],
  'WAWebNewsletterModelUtils.getRoleByIdentifier': ['(text) → role; not there', REPORTS],
  'WAWebNewsletterModelUtils.mapNewsletterToMetadata': [
    '(answer of the query) → { id, name, description, inviteCode, size, creationTime (s), verified }, without what is unknown',
    DIFF,
  ],
  'WAWebNewsletterPendingInvitesQueryJob.getNewsletterPendingInvites': [
    "(channel's id) → promise of wids, null where channels are not switched on; by GraphQL; for the owner",
    DIFF,
  ],
  'WAWebNewsletterReactionCollection.NewsletterMessageReactionsCollection': [
    'find(key as text) → promise of { myReaction }, from the database of the page; rejects for a post without reactions',
    DIFF,
  ],
  'WAWebNewsletterRevokeMsgAction.sendNewsletterRevokeMsg': [
    '(channel, post, whether the file goes too) → promise of { messageSendResult }; never rejects',
    DIFF,
  ],
  'WAWebNewsletterSendMessageJob.sendNewsletterMessageJob': [
    "({ msg, type, newsletterJid, … }) → promise of { success, ack } with the server's id",
    BOTH,
  ],
  'WAWebNewsletterSendMsgAction.sendNewsletterAdminInviteMessage': [
    '(chat, { … }) → promise of { messageSendResult }',
    DIFF,
  ],
  'WAWebNewsletterSubscribeAction.subscribeToNewsletterAction': ['(channel, { … }) → promise', DIFF],
  'WAWebNewsletterSubscriberListAction.getSubscribersInContacts': [
    '(followers) → those that are contacts',
    DIFF,
  ],
  'WAWebNewsletterSubscriberListQueryJob.getNewsletterSubscribers': [
    "(channel's id, number) → promise of { followers: [{ id, phoneNumber, displayName, role }] }, admins first; by GraphQL",
    DIFF,
  ],
  'WAWebNewsletterToggleAdminActivityMuteStateAction.toggleNewsletterAdminActivityMuteStateAction': [
    '(wid, state) → promise; changes the mute of the channel after the server has answered; swallows its error',
    BOTH,
  ],
  'WAWebNewsletterUnsubscribeAction.unsubscribeFromNewsletterAction': ['(channel, { … }) → promise', DIFF],
  'WAWebNewsletterUpdateMsgsRecordsJob.addNewsletterMsgsRecords': ['([attributes]) → promise', DIFF],
  'WAWebNewsletterUpdateMsgsRecordsJob.updateNewsletterMsgRecord': ['(message) → job', BOTH],
  'WAWebNewsletterUpdateUserSettingJob.updateNewsletterUserSetting': ['({ … }) → job', DIFF],
  'WAWebNonMessageDataRequestHistorySyncOnDemandUtils.historySyncOnDemandRequestsFailureRecord': [
    '{ disableRequestSending }: true for two hours after ten failures',
    DIFF,
  ],
  'WAWebNonMessageDataRequestHistorySyncOnDemandUtils.inFlightHistorySyncOnDemandRequests': [
    'a Map: id of the request → id of the chat; for ten seconds at most',
    DIFF,
  ],
  'WAWebNonMessageDataRequestPlaceholderMessageResendUtils.handlePlaceholderMsgsSeen': [
    '(messages, all) → nothing; requests from the phone the messages that could not be decrypted',
    DIFF,
  ],
  'WAWebNoteAction.noteAddAction': ['(kind, chat, text) → promise', DIFF],
  'WAWebNoteAction.retrieveOnlyNoteForChatJid': ['(jid) → promise of a note', BOTH],
  'WAWebOfflineHandler.OfflineMessageHandler': ['getOfflineDeliveryProgress() → per cent', DIFF],
  'WAWebPhoneUtils.formattedPhoneNumber': [
    '(jid) → the number in the usual notation; throws for a jid that is not a number',
    DIFF,
  ],
  'WAWebPinInChatSchema.getTable': ['() → { equals([columns], …) } of pins', DIFF],
  'WAWebPinMsgConstants.getPinExpiryDuration': ['(option) → seconds', DIFF],
  'WAWebPinMsgConstants.getPinExpiryOption': [
    '(seconds) → the option; throws for all but the durations of the menu',
    DIFF,
  ],
  'WAWebPollsSendVoteMsgAction.sendVote': ['(message, options) → promise', DIFF],
  'WAWebPollsVotesSchema.getTable': [
    '() → { equals([columns], …) } of votes: { parentMsgKey, sender, msgKey, selectedOptionLocalIds as bytes, senderTimestampMs, t, read }',
    DIFF,
  ],
  'WAWebPrepRawMedia.prepRawMedia': ['(data, { isPtt, asDocument, … }) → { waitForPrep() }', DIFF],
  'WAWebPresenceChatAction.sendPresenceAvailable': [
    '() reports to the server that the account is online',
    DIFF,
  ],
  'WAWebPresenceChatAction.sendPresenceUnavailable': ['() reports that it is offline', DIFF],
  'WAWebQueryAndUpdateNewslettersMetadataAction.queryAndUpdateNewsletterMetadataAction': [
    "(channel's id, { fields }) → promise; the channel and the role in it are in the collections afterwards",
    DIFF,
  ],
  'WAWebQueryExistsJob.queryWidExists': [
    '(wid) → promise of { wid, biz, lid } or null; may answer under the LID',
    BOTH,
  ],
  'WAWebQueryPrivacySettingsJob.getPrivacy': [
    '() → promise of { lastSeen, online, about, profilePicture, groupAdd, callAdd, messages, readReceipts }; a setting without an answer is missing',
    DIFF,
  ],
  'WAWebQuotedMsgModelUtils.getQuotedMsgObj': ['(message) → the quoted message or nothing', BOTH],
  'WAWebReachoutTimelockUtils.REACHOUT_TIMELOCK_IDB_KEY': [
    'the key of the time lock in the preferences',
    DIFF,
  ],
  'WAWebReachoutTimelockUtils.canSendMsgWhileTimelocked': [
    '({ chat, contact }) → the same for the time lock; true while there is none',
    DIFF,
  ],
  'WAWebRevokeStatusAction.sendStatusRevokeMsgAction': [
    '(status with revokeMsgs(keys), message) → promise; swallows errors; deletes the row after the server has answered',
    BOTH,
  ],
  'WAWebSaveContactAction.saveContactAction': [
    '({ firstName, lastName, phoneNumber: digits, prevPhoneNumber, syncToAddressbook, username }) → promise; the contact has the name then',
    BOTH,
  ],
  'WAWebSendEventEditMsgAction.sendEventEditMessage': ['(event, message) → promise', DIFF],
  'WAWebSendEventResponseMsgAction.sendEventResponseMsg': [
    '(1 going, 2 not going or 3 maybe, message) → promise; rejects when it could not be sent',
    DIFF,
  ],
  'WAWebSendMemberLabelAction.sendMemberLabelMsg': [
    '(chat, text or "") → promise of { messageSendResult }; the label is in memory then',
    DIFF,
  ],
  'WAWebSendMessageEditAction.sendMessageEdit': [
    '(message, text, options) → promise; the trimmed text becomes the body of a text and the caption of a file; rejects where editing is not allowed',
    DIFF,
  ],
  'WAWebSendMsgChatAction.addAndSendMsgToChat': [
    '(chat, attributes, uploads the file of the stored message) → [promise of the message, promise of { messageSendResult }]; none of this outlives the document',
    BOTH,
  ],
  'WAWebSendMsgChatAction.resendMsgToChat': [
    '(chat, promise of the message) → promise of { messageSendResult }; a stored message is sent under its id',
    DIFF,
  ],
  'WAWebSendMsgJob.encryptAndSendMsg': [
    "({ type, data: message }, reporter) → promise of { t, count, error }: error is the server's code, and reaches the message after this has settled; the exports can be replaced",
    DIFF,
  ],
  'WAWebSendNonMessageDataRequest.sendPeerDataOperationRequest': [
    '(type, { chatId }) → promise, settled when the request was sent, and without one while another is in flight; asks the phone for older messages (type 3)',
    DIFF,
  ],
  'WAWebSendPinMessageAction.sendPinInChatMsg': [
    '(message, state, duration) → promise of { messageSendResult }',
    BOTH,
  ],
  'WAWebSendReactionMsgAction.sendReactionToMsg': [
    '(message, text; empty removes it) → promise; for a post in a channel of { messageSendResult }, without rejecting',
    BOTH,
  ],
  'WAWebSendStatusMsgAction.sendStatusMediaMsgAction': [
    'positional arguments, or one object since July 2026 → promise',
    DIFF,
  ],
  'WAWebSendStatusMsgAction.sendStatusTextMsgAction': ['({ … }) → promise', DIFF],
  'WAWebSetArchiveChatAction.setArchive': [
    '(chat, archived, toast) → promise; rejects if the chat is already in that state',
    BOTH,
  ],
  'WAWebSetPinChatAction.setPin': ['(chat, pinned) → promise', BOTH],
  'WAWebSetPropertyGroupAction.setGroupProperty': ['(chat, property, 0 or 1) → promise', BOTH],
  'WAWebSetPushnameConnAction.setPushname': ['(text) → promise', BOTH],
  'WAWebSignalStoreApi.waSignalStore': [
    'getRegistrationInfo() → promise of { identityKeyPair: { pubKey } }',
    BOTH,
  ],
  'WAWebSocketModel.Socket': [
    'state (OPENING, PAIRING, CONNECTED, UNPAIRED, UNPAIRED_IDLE, SCREEN_LOCKED), stream, hasSynced; on("change:…"); logout(), reconnect()',
    BOTH,
  ],
  'WAWebStartMediaUploadQpl.startMediaUploadQpl': [
    '({ entryPoint }) → a measurement that is passed on',
    DIFF,
  ],
  'WAWebStatusGatingUtils.canCheckStatusRankingPosterGating': [
    '() → boolean; still there on 2026-04-27; according to reports gone since',
    DIFF,
  ],
  'WAWebStatusMsgDataUtils.createTextStatusMsgData': ['({ … }) → promise of attributes', DIFF],
  'WAWebStreamModel.Stream': ['available, mode; markAvailable(), markUnavailable()', BOTH],
  'WAWebSyncGatingUtils.isHistorySyncOnDemandCompleteCompanionEnabled': [
    '() → boolean; whether a chat that is complete but for messages without access may be requested',
    DIFF,
  ],
  'WAWebSyncGatingUtils.isHistorySyncOnDemandEnabled': [
    '() → boolean; false where phone or account do not offer it',
    DIFF,
  ],
  'WAWebSyncGatingUtils.isPlaceholderMessageResendEnabled': ['() → boolean', DIFF],
  'WAWebUpdateUnreadChatAction.markUnread': ['(chat, unread) → promise', BOTH],
  'WAWebUpdateUnreadChatAction.sendSeen': [
    '({ chat, threadId, afterAvailable }) or (chat) → promise; unsettled until the server acknowledges the receipt; while the page is not available it resolves at once and marks later, unless afterAvailable is false; called by each send',
    BOTH,
  ],
  'WAWebUploadManager.encryptAndUpload': [
    '({ blob, type, signal, mediaKey, uploadQpl }) → promise of its location',
    DIFF,
  ],
  'WAWebUserPrefsGeneral.getAutoDownloadAudio': ['() → boolean', DIFF],
  'WAWebUserPrefsGeneral.getAutoDownloadDocuments': ['() → boolean', DIFF],
  'WAWebUserPrefsGeneral.getAutoDownloadPhotos': ['() → boolean', BOTH],
  'WAWebUserPrefsGeneral.getAutoDownloadVideos': ['() → boolean', DIFF],
  'WAWebUserPrefsGeneral.setAutoDownloadAudio': ['(boolean)', DIFF],
  'WAWebUserPrefsGeneral.setAutoDownloadDocuments': ['(boolean)', DIFF],
  'WAWebUserPrefsGeneral.setAutoDownloadPhotos': ['(boolean)', BOTH],
  'WAWebUserPrefsGeneral.setAutoDownloadVideos': ['(boolean)', DIFF],
  'WAWebUserPrefsIndexedDBStorage.userPrefsIdb': [
    'get(key) → value, from memory: WAIntegrityChallengeState during a checkpoint; for the time lock { time_enforcement_ends (ms), enforcement_type, state }, also past its end',
    DIFF,
  ],
  'WAWebUserPrefsInfoStore.waNoiseInfo': ['get() → promise of { staticKeyPair: { pubKey } }', BOTH],
  'WAWebUserPrefsMeUser.getMaybeMeLidUser': [
    "() → the account's LID or nothing; nothing before linking",
    DIFF,
  ],
  'WAWebUserPrefsMeUser.getMaybeMePnUser': [
    "() → wid of the account's number or nothing; nothing before linking",
    BOTH,
  ],
  'WAWebUserPrefsMultiDevice.advSecretEventEmitter': [
    'an emitter: on("change") when the secret of the QR text changes',
    DIFF,
  ],
  'WAWebUserPrefsMultiDevice.getADVSecretKey': ['() → base64 text; a part of the QR text', BOTH],
  'WAWebUserPrefsNotifications.getGlobalOfflineNotifications': ['() → boolean', DIFF],
  'WAWebUserPrefsNotifications.setGlobalOfflineNotifications': ['(boolean) → promise', DIFF],
  'WAWebVcardGetNameFromParsed.vcardGetNameFromParsed': ['(parsed) → text', DIFF],
  'WAWebVcardParsingUtils.parseVcard': ['(text) → parsed', DIFF],
  'WAWebVoipStackInterface.getVoipStackInterface': [
    '() → promise of the native stack, with rejectCall() for its active call; of null if calling is not enabled',
    BOTH,
  ],
  'WAWebVoipWaCallEnums.CallState': ['ReceivedCall and ReceivedCallWithoutOffer, numbers', BOTH],
  'WAWebWidFactory.asUserWidOrThrow': [
    '(wid) → the same without a device; throws if it is not a person',
    DIFF,
  ],
  'WAWebWidFactory.createWid': ['(text) → wid with _serialized; throws for other text', BOTH],
  'WAWebWidFactory.createWidFromWidLike': ['(wid or text) → wid', DIFF],
  'WAWebWidToJid.widToGroupJid': ['(wid) → jid; throws if it is not a group', DIFF],
  'WAWebWidToJid.widToUserJid': ['(wid) → jid; throws if it is not a person', DIFF],
};
