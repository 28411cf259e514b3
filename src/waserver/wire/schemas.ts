/**
 * The messages of the protocol, with the fields that are used here. Numbers as in the page's modules of 2026-04-27:
 * WAWebProtobufsWa6_pb, WACert_pb, WAWebProtobufsCompanionReg_pb, WAWebProtobufsAdv_pb, WASignalWhisperTextProtocol_pb, WAWebProtobufsE2E_pb,
 * WAWebProtobufsHistorySync_pb, WAWebProtobufsWeb_pb, WAWebProtobufSyncAction_pb, WAWebProtobufsServerSync_pb.
 */
import { Schema } from './protobuf.js';

const HELLO = new Schema({ ephemeral: [1, 'bytes'], static: [2, 'bytes'], payload: [3, 'bytes'] });
export const HANDSHAKE = new Schema({
  clientHello: [2, HELLO],
  serverHello: [3, HELLO],
  clientFinish: [4, new Schema({ static: [1, 'bytes'], payload: [2, 'bytes'] })],
});

export const CERTIFICATE_DETAILS = new Schema({
  serial: [1, 'uint'],
  issuerSerial: [2, 'uint'],
  key: [3, 'bytes'],
  notBefore: [4, 'uint'],
  notAfter: [5, 'uint'],
});
const CERTIFICATE = new Schema({ details: [1, 'bytes'], signature: [2, 'bytes'] });
export const CERTIFICATE_CHAIN = new Schema({ leaf: [1, CERTIFICATE], intermediate: [2, CERTIFICATE] });

/** What a client says of itself when it connects. One with `devicePairingData` is not linked yet. */
export const CLIENT_PAYLOAD = new Schema({
  username: [1, 'uint'],
  passive: [3, 'bool'],
  pushName: [7, 'text'],
  device: [18, 'uint'],
  devicePairingData: [
    19,
    new Schema({
      registrationId: [1, 'bytes'],
      keyType: [2, 'bytes'],
      identity: [3, 'bytes'],
      signedPreKeyId: [4, 'bytes'],
      signedPreKey: [5, 'bytes'],
      signedPreKeySignature: [6, 'bytes'],
      buildHash: [7, 'bytes'],
      deviceProps: [8, 'bytes'],
    }),
  ],
});

/** What a client is told of the account when it is linked. */
export const CLIENT_PAIRING_PROPS = new Schema({
  isChatDbLidMigrated: [1, 'bool'],
  isSyncdPureLidSession: [2, 'bool'],
});
export const DEVICE_IDENTITY = new Schema({
  rawId: [1, 'uint'],
  timestamp: [2, 'uint'],
  keyIndex: [3, 'uint'],
});
export const SIGNED_DEVICE_IDENTITY = new Schema({
  details: [1, 'bytes'],
  accountSignatureKey: [2, 'bytes'],
  accountSignature: [3, 'bytes'],
  deviceSignature: [4, 'bytes'],
});
export const SIGNED_DEVICE_IDENTITY_HMAC = new Schema({ details: [1, 'bytes'], hmac: [2, 'bytes'] });
export const KEY_INDEX_LIST = new Schema({
  rawId: [1, 'uint'],
  timestamp: [2, 'uint'],
  currentIndex: [3, 'uint'],
  validIndexes: [4, 'uint', 'many'],
});
export const SIGNED_KEY_INDEX_LIST = new Schema({ details: [1, 'bytes'], accountSignature: [2, 'bytes'] });

export const SIGNAL_MESSAGE = new Schema({
  ratchetKey: [1, 'bytes'],
  counter: [2, 'uint'],
  previousCounter: [3, 'uint'],
  ciphertext: [4, 'bytes'],
});
export const PRE_KEY_SIGNAL_MESSAGE = new Schema({
  preKeyId: [1, 'uint'],
  baseKey: [2, 'bytes'],
  identityKey: [3, 'bytes'],
  message: [4, 'bytes'],
  registrationId: [5, 'uint'],
  signedPreKeyId: [6, 'uint'],
});
export const SENDER_KEY_MESSAGE = new Schema({
  id: [1, 'uint'],
  iteration: [2, 'uint'],
  ciphertext: [3, 'bytes'],
});
export const SENDER_KEY_DISTRIBUTION = new Schema({
  id: [1, 'uint'],
  iteration: [2, 'uint'],
  chainKey: [3, 'bytes'],
  signingKey: [4, 'bytes'],
});

const MESSAGE_KEY = new Schema({
  remoteJid: [1, 'text'],
  fromMe: [2, 'bool'],
  id: [3, 'text'],
  participant: [4, 'text'],
});
/** A file on the media host. */
const IMAGE = new Schema({
  url: [1, 'text'],
  mimetype: [2, 'text'],
  caption: [3, 'text'],
  fileSha256: [4, 'bytes'],
  fileLength: [5, 'uint'],
  mediaKey: [8, 'bytes'],
  fileEncSha256: [9, 'bytes'],
  directPath: [11, 'text'],
});
const DOCUMENT = new Schema({
  url: [1, 'text'],
  mimetype: [2, 'text'],
  fileSha256: [4, 'bytes'],
  fileLength: [5, 'uint'],
  mediaKey: [7, 'bytes'],
  fileName: [8, 'text'],
  fileEncSha256: [9, 'bytes'],
  directPath: [10, 'text'],
  caption: [20, 'text'],
});
const VIDEO = new Schema({
  url: [1, 'text'],
  mimetype: [2, 'text'],
  fileSha256: [3, 'bytes'],
  fileLength: [4, 'uint'],
  mediaKey: [6, 'bytes'],
  caption: [7, 'text'],
  gifPlayback: [8, 'bool'],
  fileEncSha256: [11, 'bytes'],
  directPath: [13, 'text'],
});
const AUDIO = new Schema({
  url: [1, 'text'],
  mimetype: [2, 'text'],
  fileSha256: [3, 'bytes'],
  fileLength: [4, 'uint'],
  seconds: [5, 'uint'],
  ptt: [6, 'bool'],
  mediaKey: [7, 'bytes'],
  fileEncSha256: [8, 'bytes'],
  directPath: [9, 'text'],
});
const STICKER = new Schema({
  url: [1, 'text'],
  fileSha256: [2, 'bytes'],
  fileEncSha256: [3, 'bytes'],
  mediaKey: [4, 'bytes'],
  mimetype: [5, 'text'],
  directPath: [8, 'text'],
  fileLength: [9, 'uint'],
});
/** Tells a companion about old messages; `inlinePayload` is a HISTORY, compressed. */
const HISTORY_NOTIFICATION = new Schema({
  syncType: [6, 'uint'],
  chunkOrder: [7, 'uint'],
  progress: [9, 'uint'],
  inlinePayload: [11, 'bytes'],
});
/** One setting of the app state, and what is encrypted of it. */
export const STATE_VALUE = new Schema({
  timestamp: [1, 'uint'],
  contactAction: [
    3,
    new Schema({
      fullName: [1, 'text'],
      firstName: [2, 'text'],
      lidJid: [3, 'text'],
      saveOnPrimaryAddressbook: [4, 'bool'],
    }),
  ],
  pushNameSetting: [7, new Schema({ name: [1, 'text'] })],
  localeSetting: [16, new Schema({ locale: [1, 'text'] })],
});
export const STATE_DATA = new Schema({
  index: [1, 'bytes'],
  value: [2, STATE_VALUE],
  padding: [3, 'bytes'],
  version: [4, 'uint'],
});
const BLOB = new Schema({ blob: [1, 'bytes'] });
const KEY_ID = new Schema({ id: [1, 'bytes'] });
/** A change of a collection of the app state. */
export const STATE_PATCH = new Schema({
  version: [1, new Schema({ version: [1, 'uint'] })],
  mutations: [
    2,
    new Schema({
      operation: [1, 'uint'],
      record: [2, new Schema({ index: [1, BLOB], value: [2, BLOB], keyId: [3, KEY_ID] })],
    }),
    'many',
  ],
  snapshotMac: [4, 'bytes'],
  patchMac: [5, 'bytes'],
  keyId: [6, KEY_ID],
});
/** Keys of the app state, which the phone gives to its devices. */
const STATE_KEYS = new Schema({
  keys: [
    1,
    new Schema({
      keyId: [1, new Schema({ keyId: [1, 'bytes'] })],
      keyData: [
        2,
        new Schema({
          keyData: [1, 'bytes'],
          fingerprint: [
            2,
            new Schema({ rawId: [1, 'uint'], currentIndex: [2, 'uint'], deviceIndexes: [3, 'uint', 'many'] }),
          ],
          timestamp: [3, 'uint'],
        }),
      ],
    }),
    'many',
  ],
});
/** A message in an envelope, such as one that can be opened once. */
const ENVELOPE = new Schema({ message: [1, 'bytes'] });
/** The content of a chat message. A message inside another is left as bytes. */
export const CONTENT = new Schema({
  conversation: [1, 'text'],
  senderKeyDistributionMessage: [2, new Schema({ groupId: [1, 'text'], distribution: [2, 'bytes'] })],
  imageMessage: [3, IMAGE],
  extendedTextMessage: [6, new Schema({ text: [1, 'text'] })],
  documentMessage: [7, DOCUMENT],
  audioMessage: [8, AUDIO],
  videoMessage: [9, VIDEO],
  stickerMessage: [26, STICKER],
  protocolMessage: [
    12,
    new Schema({
      key: [1, MESSAGE_KEY],
      type: [2, 'uint'],
      historySyncNotification: [6, HISTORY_NOTIFICATION],
      appStateSyncKeyShare: [7, STATE_KEYS],
      editedMessage: [14, 'bytes'],
      timestampMs: [15, 'uint'],
    }),
  ],
  deviceSentMessage: [31, new Schema({ destinationJid: [1, 'text'], message: [2, 'bytes'] })],
  viewOnceMessage: [37, ENVELOPE],
  reactionMessage: [
    46,
    new Schema({ key: [1, MESSAGE_KEY], text: [2, 'text'], senderTimestampMs: [4, 'uint'] }),
  ],
  documentWithCaptionMessage: [53, ENVELOPE],
  viewOnceMessageV2: [55, ENVELOPE],
  viewOnceMessageV2Extension: [59, ENVELOPE],
  ptvMessage: [66, VIDEO],
  albumMessage: [83, new Schema({ expectedImageCount: [2, 'uint'], expectedVideoCount: [3, 'uint'] })],
});
/** Values of `protocolMessage.type`. */
export const PROTOCOL_TYPE = { revoke: 0, historySync: 5, stateKeys: 6, edit: 14 } as const;

const OLD_MESSAGE = new Schema({
  key: [1, MESSAGE_KEY],
  /** of a CONTENT */
  message: [2, 'bytes'],
  messageTimestamp: [3, 'uint'],
  pushName: [19, 'text'],
});
export const HISTORY = new Schema({
  syncType: [1, 'uint'],
  conversations: [
    2,
    new Schema({
      id: [1, 'text'],
      messages: [2, new Schema({ message: [1, OLD_MESSAGE] }), 'many'],
      unreadCount: [6, 'uint'],
      name: [13, 'text'],
      pnJid: [39, 'text'],
      lidJid: [42, 'text'],
    }),
    'many',
  ],
  chunkOrder: [5, 'uint'],
  progress: [6, 'uint'],
  pushnames: [7, new Schema({ id: [1, 'text'], pushname: [2, 'text'] }), 'many'],
  phoneNumberToLidMappings: [15, new Schema({ pnJid: [1, 'text'], lidJid: [2, 'text'] }), 'many'],
});
/** Values of `syncType`. */
export const HISTORY_TYPE = { initialBootstrap: 0, recent: 3, pushName: 4 } as const;
