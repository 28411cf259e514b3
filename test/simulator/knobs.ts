/**
 * The table of knobs: every behaviour of the simulator that can differ between builds and accounts, or go
 * wrong. One knob is one behaviour. This file knows no sockets and no pages; `Simulator` passes the values
 * on.
 */
/**
 * The source of a behaviour: the module of the page that shows it, as of the newest reading in seen.ts;
 * reports about the library or the page, if no module shows it; or only the simulator (times, and faults that
 * no build has by design).
 */
export type Follows = `WA${string}` | 'reports only' | 'this simulator';

interface KnobOf<Kind extends string, T> {
  readonly kind: Kind;
  readonly value: T;
  readonly doc: string;
  readonly follows: Follows;
}
interface ChoiceKnob<T extends string> extends KnobOf<'choice', T> {
  readonly choices: readonly T[];
}
export type Knob =
  | KnobOf<'ms' | 'count', number>
  | KnobOf<'flag', boolean>
  | KnobOf<'text', string>
  | KnobOf<'names', readonly string[]>
  | ChoiceKnob<string>;

const ms = (value: number, doc: string, follows: Follows): KnobOf<'ms', number> => ({
  kind: 'ms',
  value,
  doc,
  follows,
});
const count = (value: number, doc: string, follows: Follows): KnobOf<'count', number> => ({
  kind: 'count',
  value,
  doc,
  follows,
});
const flag = (value: boolean, doc: string, follows: Follows): KnobOf<'flag', boolean> => ({
  kind: 'flag',
  value,
  doc,
  follows,
});
const text = (value: string, doc: string, follows: Follows): KnobOf<'text', string> => ({
  kind: 'text',
  value,
  doc,
  follows,
});
const names = (doc: string, follows: Follows): KnobOf<'names', readonly string[]> => ({
  kind: 'names',
  value: [],
  doc,
  follows,
});
const choice = <const T extends string>(
  choices: readonly T[],
  value: NoInfer<T>,
  doc: string,
  follows: Follows,
): ChoiceKnob<T> => ({
  kind: 'choice',
  choices,
  value,
  doc,
  follows,
});

export const KNOBS = {
  // The page as it loads
  pageVersion: text('2.3000.1035920091', 'the value of window.Debug.VERSION', 'this simulator'),
  loadFault: choice(
    ['none', 'refuse', 'reset', 'hang', 'error', 'blank', 'hang-subresource'],
    'none',
    'loading the page: connection refused, reset, accepted and never answered, 503, empty document, one sub-resource that never loads (no load event)',
    'this simulator',
  ),
  requireDelayMs: ms(0, 'how long window.Debug.VERSION exists before window.require does', 'reports only'),
  requireUnknown: choice(
    ['throw', 'undefined'],
    'throw',
    'the result of require() for an unknown name',
    'reports only',
  ),
  missingModules: names('modules that are missing from the page', 'this simulator'),
  lateModules: names(
    'modules that are registered later than the rest, lateModulesMs after the document began (wa-js #3476, #3481)',
    'reports only',
  ),
  lateModulesMs: ms(1_500, 'see lateModules', 'this simulator'),
  renamedMembers: names('members, as Module.member, that exist only under another name', 'this simulator'),
  msgKeyString: choice(
    ['_serialized', '$1'],
    '_serialized',
    'the property of a message key that holds its string; $1 since 2.3000.1042401057, 2026-07-14',
    'WAWebMsgKey',
  ),
  reloadAfterLinkMs: ms(0, 'the page reloads itself this long after a fresh link; 0 never', 'reports only'),
  ballastMb: count(
    0,
    'megabytes of models that the page holds; it also shows a list with pictures, as the real one does',
    'this simulator',
  ),
  reloadAtSyncMs: ms(
    0,
    'the page reloads itself once, this long after its first sync; 0 never',
    'this simulator',
  ),
  framesWhileSyncing: count(0, 'sub-frames that load while the page syncs', 'reports only'),
  pushStatesWhileSyncing: count(0, 'history.pushState calls while the page syncs', 'reports only'),

  // Linking
  qrFirstMs: ms(60_000, 'life of the first QR', 'WAWebHandlePairDevice'),
  qrNextMs: ms(20_000, 'life of each later QR', 'WAWebHandlePairDevice'),
  qrCount: count(6, 'QRs until UNPAIRED_IDLE', 'WAWebHandlePairDevice'),
  qrClearedRaises: flag(
    false,
    'a cleared ref raises change:ref with undefined after the scan',
    'reports only',
  ),
  qrPrefix: choice(
    ['none', 'gated', 'always'],
    'none',
    "a link for the phone's camera before the text of the QR: none; only if WAWebNativeCameraQRLinkedDeviceUtils enables it; or always, without that module (whatsmeow 876de1e9)",
    'WAWebLinkDeviceQrcode.react',
  ),
  linkDelayMs: ms(30, 'from the scan to pair-success', 'this simulator'),
  deviceLimit: count(4, 'linked devices an account may have', 'reports only'),
  codeTtlMs: ms(180_000, 'life of a pairing code', 'WAWebAltDeviceLinkingApi'),
  codeLimit: count(5, 'pairing codes per window before 429 rate-overlimit', 'reports only'),
  codeWindowMs: ms(3_600_000, 'window of that limit', 'reports only'),
  codeFault: choice(
    ['none', 'rate-overlimit', 'hang', 'undefined'],
    'none',
    'the failure of a request for a pairing code',
    'reports only',
  ),
  codeEnds: choice(
    ['late', 'refresh', 'manual', 'error'],
    'late',
    "how a pairing code ends before it is typed: it only expires; the server requests a new one; the server requires a manual refresh; or the phone's answer to it fails",
    'WAWebLinkDeviceEvents',
  ),
  codeEndsMs: ms(1_000, 'the delay from the pairing code to that event', 'this simulator'),
  codeUnlinks: choice(
    ['none', 'self', 'all'],
    'none',
    'a pairing code for a number that is already linked revokes the link of the page that requested it, or all links',
    'reports only',
  ),
  codeUnlinkMs: ms(45_000, 'the delay from the request to that event', 'reports only'),

  passkey: flag(
    false,
    'linking requires a passkey after the scan or the code, as for some accounts since 2026-06-30',
    'WAWebIntegrityPasskeyCheckpointUtils',
  ),
  passkeyRpId: choice(
    ['whatsapp.com', 'web.whatsapp.com'],
    'whatsapp.com',
    'the site of the passkey',
    'WAWebIntegrityPasskeyCheckpointUtils',
  ),
  passkeyListed: flag(
    true,
    'the request names the passkey; otherwise any passkey of the site is accepted',
    'reports only',
  ),
  passkeyMs: ms(
    600_000,
    'how long the page waits for it; the server waits slightly longer',
    'WAWebIntegrityPasskeyCheckpointUtils',
  ),
  passkeyReads: choice(
    ['buffers', 'toJSON'],
    'buffers',
    'the page reads the credential by its ArrayBuffers, or by its toJSON()',
    'reports only',
  ),
  passkeyState: choice(
    ['UNPAIRED', 'PAIRING'],
    'UNPAIRED',
    'Socket.state while the page waits for it',
    'reports only',
  ),

  // Signing in and syncing
  loginRefusal: choice(
    ['none', '401', '402', '403', '405', '406', '407'],
    'none',
    'the server refuses every login with this code',
    'WAWebHandleFailure',
  ),
  tempBanMs: ms(
    3_600_000,
    'with 402: the duration of the ban, which the page gets in seconds and raises as account_temporarily_banned_from_bridge',
    'WAWebHandleFailure',
  ),
  refusalIsHeard: flag(
    true,
    'the code of a refusal goes through a parser whose class can be wrapped; otherwise only a lock (403) is visible, in the address of the next document',
    'WADeprecatedWapParser',
  ),
  refusalShows: choice(
    ['logout', 'state'],
    'logout',
    'the effect of a ban (406) and a lock (403): credentials wiped, Cmd logout_from_bridge and a reload; or, according to reports, the states SMB_TOS_BLOCK and TOS_BLOCK',
    'WAWebHandleFailure',
  ),
  loginRefusedNavigates: flag(
    false,
    'after 401 at login the page goes to /?post_logout=1 instead of showing a QR at once',
    'WAWebHandleFailure',
  ),
  syncTiming: choice(
    ['when-listened', 'early', 'timed', 'never'],
    'when-listened',
    'when hasSynced turns true: syncDelayMs after a listener is added; before the load event; syncDelayMs after login; never',
    'reports only',
  ),
  syncDelayMs: ms(50, 'see syncTiming', 'this simulator'),
  syncListenMs: ms(10_000, 'with when-listened: sync anyway after this long', 'this simulator'),
  syncFlaps: count(0, 'times hasSynced goes false and true again afterwards', 'reports only'),
  syncFlapMs: ms(100, 'pause between those changes', 'reports only'),
  historyLimit: count(1_000, 'messages that the phone transfers with a fresh link', 'reports only'),
  historyOnDemand: flag(
    true,
    'older messages may be requested from the phone, one portion at a time',
    'WAWebSyncGatingUtils',
  ),
  historyPortion: count(50, 'messages in a portion', 'WAWebSendNonMessageDataRequest'),
  historyTimeoutMs: ms(10_000, 'when the page gives such a request up', 'WAWebSendNonMessageDataRequest'),
  queuedItems: choice(
    ['before', 'after'],
    'before',
    'messages that arrived while the device was offline are delivered before or after hasSynced',
    'reports only',
  ),
  queuedItemsMs: ms(150, 'with after: the delay after hasSynced', 'this simulator'),
  queuedAreNew: flag(true, 'such messages carry isNewMsg', 'reports only'),
  chatRowsAreWritten: flag(
    true,
    'changes of a chat are written to the profile; off simulates a browser that dies between writing a message and its chat',
    'this simulator',
  ),

  // The socket
  socketFault: choice(
    ['none', 'refuse', 'hang', 'half-open'],
    'none',
    'the WebSocket: refused, opened but never answered, or silent from now on in both directions',
    'this simulator',
  ),
  socketSlowMs: ms(0, 'the delay of every frame from the server', 'this simulator'),
  replacedShows: choice(
    ['stream', 'state'],
    'stream',
    'another WhatsApp Web takes the session: Socket.stream goes to DISCONNECTED and the state stays CONNECTED; or the state is CONFLICT, and a takeover is required',
    'WAWebHandleStreamError',
  ),
  reconnectMs: ms(1_000, 'pause between two attempts of the page to connect', 'WAComms'),
  timeoutStateMs: ms(
    0,
    'without a connection for this long the page shows TIMEOUT; 0 never, as the page of 2026-04-27, whose states have none of that name: it stays OPENING',
    'WAWebCommsConfig',
  ),
  pingMs: ms(10_000, 'pause between two pings of the page', 'WAComms'),
  pongMs: ms(10_000, 'a pong later than this is a dead socket', 'WAComms'),

  // Sending
  sendFault: choice(
    [
      ...(['none', 'throws', 'hangs-before-store', 'hangs-after-store', 'hangs-after-send'] as const),
      ...(['never-leaves', 'fails', 'network'] as const),
    ],
    'none',
    'the send action: throws, never resolves at one of three points, or resolves and keeps the message in the page; or its second promise resolves to ERROR_UNKNOWN or ERROR_NETWORK, with isSendFailure and an unchanged ack',
    'WAWebSendMsgRecordAction',
  ),
  sendResolveMs: ms(0, 'the delay until the send action resolves', 'this simulator'),
  sendRejectsAfterSend: flag(
    false,
    'the send action rejects although the message has left',
    'this simulator',
  ),
  resendsAtLogin: flag(
    false,
    'a document sends messages in its store that have no ack; the real page never does',
    'WAWebOrchestratorNonPersistedJob',
  ),
  ackFault: choice(
    ['none', 'never', 'error', 'doubled', 'out-of-order', 'sibling'],
    'none',
    'acks: none at all, -1, each twice, read before delivered before server, keyed by the other identity of the chat',
    'reports only',
  ),
  ackServerMs: ms(5, 'from arrival at the server to ack 1', 'this simulator'),
  ackDeliveredMs: ms(10, 'from ack 1 to ack 2', 'this simulator'),
  ackReadMs: ms(20, 'from ack 2 to ack 3', 'this simulator'),
  restrictions: flag(
    true,
    'the page has the modules of both restrictions, the reach-out time lock and the cap on new chats',
    'WAWebReachoutTimelockUtils',
  ),
  sendNack: choice(
    ['none', '463', '475', '479'],
    'none',
    'the server refuses messages to people who never wrote to the account with this code, whatever restrictions it reports; only 475 is recorded on the message',
    'WAWebSendMsgRecordAction',
  ),
  newChatQuota: count(
    0,
    'people who never wrote to the account that it may write to in a cycle; 0 is no cap. The page is notified at three quarters, nine tenths and the end',
    'WAWebNewChatMessageCappingNotificationHandler',
  ),
  trustDelayMs: ms(
    50,
    'the delay from a message of a person to their token of trust, with which they can be written to despite the limits',
    'WAWebSendMsgJob',
  ),
  newChatCycleMs: ms(2_592_000_000, 'how long such a cycle lasts', 'reports only'),
  limitsFault: choice(
    ['none', 'hangs'],
    'none',
    'a request for either restriction is never answered, as can happen to any GraphQL request',
    'WAWebMexClient',
  ),
  seenFault: choice(['none', 'throws', 'hangs'], 'none', 'sendSeen fails', 'this simulator'),
  previewFault: choice(
    ['none', 'hangs', 'throws'],
    'none',
    'fetching a link preview fails',
    'this simulator',
  ),
  existsFault: choice(
    ['none', 'hangs', 'throws'],
    'none',
    'checking whether a number is on WhatsApp fails',
    'this simulator',
  ),
  coldChat: choice(
    ['opens', 'needs-lookup', 'no-lid', 'held'],
    'opens',
    'opening a chat with a new number: works; "No LID for user" until the number was looked up; always that error; or waits until the knob is turned',
    'reports only',
  ),

  // Media
  uploadFault: choice(['none', 'hangs', 'fails'], 'none', 'uploading media fails', 'this simulator'),
  uploadMs: ms(0, 'how long an upload takes', 'this simulator'),
  downloadFault: choice(
    ['none', 'hangs', 'missing'],
    'none',
    'downloading media fails',
    'WAWebDownloadManager',
  ),
  phoneReuploads: flag(
    true,
    'the phone uploads expired media again on request',
    'WAWebRequestMediaReuploadManager',
  ),
  downloadNeedsMimetype: flag(
    false,
    'downloading media that is not in memory fails without a mimetype',
    'reports only',
  ),
  mediaSpreadsId: flag(
    false,
    'the media model has an enumerable __x_id, which overwrites the id of a message that it is spread into',
    'reports only',
  ),

  // Actions on a message
  mexFault: choice(
    ['none', 'hangs'],
    'none',
    'GraphQL requests (w:mex), such as for the invitation of a group, are never answered',
    'WAWebMexFetchGroupInviteCodeJob',
  ),
  mainScreen: flag(
    true,
    'the main screen is mounted; it executes the commands on the bus: archive, pin, star, delete',
    'WAWebActionListener',
  ),
  actFault: choice(
    ['none', 'hangs', 'throws'],
    'none',
    'reacting, editing, deleting and forwarding fail',
    'this simulator',
  ),

  forwarding: choice(
    ['loaded', 'bundle', 'flow'],
    'loaded',
    'WAWebChatForwardMessage: available from the start; in a bundle that the Bootloader fetches for the component WAWebMediaForwardMediaMsg, or WAWebForwardMessageFlowLoadable does (wa-js PR #3582, waha #2278); or by the latter only',
    'WAWebForwardMessageFlowLoadable',
  ),

  // Groups and people
  groupChanges: choice(
    ['work', 'ignored', 'led-ignored', 'led-moved'],
    'work',
    'changes of a group: done; answered with success without a change; the same for promote, demote, remove and description only; or promote, demote and remove are done by WAWebGroupModifyParticipantsJob only (wwebjs PR #201895)',
    'reports only',
  ),
  groupDescription: choice(
    ['positional', 'named'],
    'positional',
    'the parameters of setGroupDescription: four arguments, or one object since July 2026 (devlikeapro/waha #2199)',
    'reports only',
  ),
  chatFault: choice(
    ['none', 'ignored', 'hangs'],
    'none',
    'clearing and deleting a chat and setting its timer: done; reported as done without effect; or never answered',
    'WAWebDeleteChatAction',
  ),

  memberTags: choice(
    ['on', 'ignored', 'off', 'hangs'],
    'on',
    'the tags that members choose in a group: there; a new one is reported as done without effect; not switched on for the account; or never answered',
    'WAWebMemberLabelGating',
  ),

  contactChanges: choice(
    ['done', 'ignored', 'hangs', 'not-offered'],
    'done',
    'saving and removing a contact: done; reported as done without effect; never answered; or not offered by page and phone',
    'WAWebSaveContactAction',
  ),

  blockFault: choice(
    ['none', 'ignored', 'moved'],
    'none',
    'blocking a person: done; reported as done without effect; or the helper that finds the contact to block is gone, and a person is blocked by LID only (wwebjs #201866)',
    'WAWebBlockContactAction',
  ),

  blockList: choice(
    ['pn', 'lid'],
    'pn',
    'the key of the block list: numbers, also for contacts known by LID; or LIDs, once it is migrated; a number has a LID only if it has a chat',
    'WAWebBlockContactAction',
  ),
  profileFault: choice(
    ['none', 'picture-hangs', 'about-refused'],
    'none',
    'profiles: work; pictures are never answered; or a new text about the account is refused with 406',
    'WAWebContactProfilePicThumbBridge',
  ),
  storeFault: choice(
    ['none', 'fails', 'aborts'],
    'none',
    'reading messages from the profile: fails; or is aborted, which the page never tries again in the same chat',
    'WAWebChatLoadMessages',
  ),
  messageSearch: choice(
    ['ok', 'absent', 'fails'],
    'ok',
    "the page's search of messages: as in the module, no such function, or an error of its index",
    'WAWebMsgCollection',
  ),
  labelEditing: choice(
    ['works', 'unsupported', 'hangs'],
    'works',
    'labels of a business account: can be changed; cannot, because its phone does not sync them; or the change is never stored',
    'WAWebBizLabelEditingAction',
  ),
  groupMetadataMs: ms(
    0,
    'from the answer to the creation of a group to its metadata: the chat exists at once and is empty',
    'WAWebGroupCreateJob',
  ),

  statusPosts: choice(
    ['work', 'no-gating', 'named'],
    'work',
    'posting a status: works; the helper that whatsapp-web.js calls first is gone (wwebjs #201761); and media is passed as one object too (PR #201816)',
    'reports only',
  ),
  postsResend: flag(
    false,
    'a post that the server has not confirmed is sent again at the next login',
    'reports only',
  ),

  channelCards: choice(
    ['any', 'fitting'],
    'any',
    'the card of a link in a channel: any is shown; or only one that was made for the channel and is sent as media (rmyndharis/OpenWA #1006, vinikjkkj/zapo #214)',
    'reports only',
  ),
  msgAvParams: flag(
    true,
    'a message has avParams(), which whatsapp-web.js calls when media is sent to a channel (wwebjs #201823)',
    'reports only',
  ),

  // Receiving
  inboundAddress: choice(
    ['pn', 'lid'],
    'pn',
    'the identity that messages of contacts come from',
    'WAWebLid1X1MigrationGating',
  ),
  chatIds: choice(
    ['as-addressed', 'number', 'lid'],
    'as-addressed',
    'the identity under which a chat with a person is created: that of the message or of the call that opens it; the number, as in an account that is not migrated; or the LID, as in one that is. An existing chat keeps its identity',
    'WAWebMessageProcessUtils',
  ),
  chatOrigin: choice(
    ['any', 'allowed'],
    'any',
    'the reasons for which a chat may be created by LID: any; or those of a list. For other reasons the real page creates the chat and reports it to WhatsApp (unexpected-lid-chat); this simulator creates none',
    'WAWebChatOriginTypes',
  ),
  messagesAtStart: count(
    200,
    'how many messages of the profile are in memory from the start, in addition to our messages without an ack; with 0 none is until it is requested',
    'this simulator',
  ),
  ciphertext: choice(
    ['no', 'decrypted-later', 'for-ever', 'view-once'],
    'no',
    'messages arrive as ciphertext placeholders: decrypted later, never decrypted by this document, or shown only once, by the phone',
    'WAWebMsgProcessingApiUtils',
  ),
  ciphertextMs: ms(200, 'with decrypted-later: the delay', 'this simulator'),
  revokeKey: choice(
    ['same', 'new'],
    'new',
    'a revoked message keeps its key, and whatsapp-web.js reports it with the original message; or gets a new one, with the old in protocolMessageKey',
    'WAWebRevoke',
  ),

  calls: choice(
    ['collection', 'native'],
    'collection',
    'an incoming call is added to the Map of WAWebCallCollection; or the native stack makes it the active call and does not add it (wa-js PR #3567)',
    'WAWebVoipWebBridgeApi',
  ),

  // Logouts
  logoutOrder: choice(
    ['reload', 'reload-only', 'cmd', 'bridge', 'unpaired-first', 'navigation-only'],
    'reload',
    'the effects of a logout in the page: Cmd starting_logout_from_bridge, credentials wiped, Cmd logout_from_bridge, reload; only the reload; or, according to reports, Cmd logout, Cmd logout_from_bridge or state UNPAIRED first and then /?post_logout=1, or only that',
    'WAWebSocketModel',
  ),
  logoutNavigationMs: ms(100, 'the delay from that to the navigation', 'this simulator'),
  logoutReturns: choice(
    ['nothing', 'promise'],
    'promise',
    'what Socket.logout() returns',
    'WAWebSocketModel',
  ),
  logoutFrameMs: ms(0, 'how long after Socket.logout() its frame leaves the page', 'this simulator'),
  dialog: flag(false, 'the "What\'s new" dialog after a fresh link', 'reports only'),
  dialogLanguage: choice(
    ['en', 'de', 'es', 'fr', 'id', 'it', 'pt', 'ru', 'xx'],
    'en',
    'its language; xx is an unknown one',
    'reports only',
  ),
  dialogButton: choice(
    ['button', 'div'],
    'button',
    'its button is a <button> or a <div role=button>',
    'reports only',
  ),
  dialogShape: choice(
    ['plain', 'close', 'two', 'logout'],
    'plain',
    'its other controls: none, a close icon, a second button with a text, or an icon and only "Log out"',
    'reports only',
  ),
  dialogDelayMs: ms(200, 'from hasSynced, or from loading the page, to the dialog', 'reports only'),
  dialogHoldsSync: flag(false, 'the page does not sync before the dialog is acknowledged', 'reports only'),
  dialogUnlinkMs: ms(
    300_000,
    'an unacknowledged dialog ends the link this long after linking; 0 never',
    'reports only',
  ),
  statusReadUnlinks: flag(
    false,
    'reading status@broadcast before statusUnlinkMs ends the link then',
    'reports only',
  ),
  statusUnlinkMs: ms(300_000, 'from linking to that time: the first scheduled reload', 'reports only'),
} as const satisfies Record<string, Knob>;

export type KnobName = keyof typeof KNOBS;
type ValueOf<K> = K extends ChoiceKnob<infer T> ? T : K extends KnobOf<string, infer T> ? T : never;
export type KnobValues = { -readonly [K in KnobName]: ValueOf<(typeof KNOBS)[K]> };
export type KnobSettings = Partial<KnobValues>;

export function defaultKnobs(): KnobValues {
  return Object.fromEntries(Object.entries(KNOBS).map(([name, knob]) => [name, knob.value])) as KnobValues;
}
