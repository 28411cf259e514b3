/**
 * The messages between page and server, as JSON over two WebSockets of the page's own origin. The real protocol
 * is binary and encrypted; neither whatsapp-web.js nor the daemon sees it, so it is not simulated.
 *
 *   /ws/chat        UpFrame and DownFrame: the traffic of WhatsApp's own socket. Socket faults apply here.
 *   /ws/instrument  Report and Order: the simulator observes and controls the page. The real page does not have
 *                   it. It stays up while the chat socket is down, so that a test can always see and act.
 */
import type { KnobValues } from './knobs.js';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A message as one account sees it. `chat` is the other side or the group; wids are strings. */
export interface WireMessage {
  id: string;
  chat: string;
  from: string;
  to: string;
  fromMe: boolean;
  type: string;
  t: number;
  /** in groups: the author */
  author?: string;
  body?: string;
  notifyName?: string;
  /** both identities of the person at the other end, as in a stanza */
  pair?: { pn: string; lid: string };
  ack?: number;
  /** all other attributes; see `page/tagged-json.ts` for the format of bytes, wids and keys */
  extra?: { [key: string]: Json };
}

/** Identifies a message: `id` is the random part, the rest is its place. */
export interface WireKey {
  id: string;
  chat: string;
  fromMe: boolean;
  author?: string;
}

export interface Me {
  pn: string;
  lid: string;
  pushname: string;
  platform: string;
  username?: string;
}

export interface WireContact {
  pn: string;
  lid: string;
  pushname: string;
  /** name in the phone's address book */
  name?: string;
  username?: string;
  business?: boolean;
}

export interface WireGroup {
  id: string;
  subject: string;
  owner: string;
  creation: number;
  desc?: string;
  announce: boolean;
  /** only admins may change name and description */
  restrict?: boolean;
  /** after how many seconds new messages disappear */
  ephemeral?: number;
  /** a community, which is a group without messages */
  isCommunity?: boolean;
  /** the community of the group */
  community?: string;
  /** the group of the announcements of its community */
  announcements?: boolean;
  /** an admin must approve whoever joins */
  approval?: boolean;
  /** only admins may add members; true when left out */
  adminsAdd?: boolean;
  participants: { id: string; admin: boolean }[];
}

/** A channel, and the role of this account in it. */
export interface WireChannel {
  id: string;
  name: string;
  role: 'owner' | 'admin' | 'subscriber' | 'guest';
  subscribers: number;
  description: string;
  inviteCode: string;
  /** seconds */
  created: number;
  muted: boolean;
  reactions: 'all' | 'none';
}

/** A post as the server lists it. */
export interface WirePost {
  serverId: number;
  message: WireMessage;
  views: number;
  forwards: number;
  reactions: { code: string; count: number }[];
  revoked: boolean;
}

/** The profile of a business, as the server has it. */
export interface WireBusiness {
  description?: string;
  address?: string;
  email?: string;
  websites?: string[];
  categories?: string[];
  hours?: { day: string; mode: string; open?: number; close?: number }[];
  timezone?: string;
}

/** A label of a business account. */
export interface WireLabel {
  id: string;
  name: string;
  color: number;
}

/** All labels of an account, and the chats that have them. */
export interface WireLabels {
  labels: WireLabel[];
  on: { label: string; chat: string }[];
}

/** An item that the server keeps for a device until the device has confirmed it. */
export type Item =
  | { kind: 'message'; message: WireMessage }
  | { kind: 'receipt'; key: WireKey; level: number }
  /** `body`: the text, or the caption of a file */
  | { kind: 'edit'; key: WireKey; newId: string; body: string; t: number }
  | { kind: 'revoke'; key: WireKey; newId: string; t: number }
  | { kind: 'reaction'; key: WireKey; id: string; from: string; emoji: string; t: number }
  | { kind: 'vote'; key: WireKey; id: string; from: string; options: string[]; t: number }
  /** `answer`: Message$EventResponseMessage$EventResponseType */
  | { kind: 'attendance'; key: WireKey; id: string; from: string; answer: number; t: number }
  | { kind: 'call'; id: string; from: string; video: boolean; t: number; over: boolean }
  /** somebody set the timer of a chat with a person */
  | { kind: 'timer'; chat: string; seconds: number }
  /** a member of a group has chosen a tag; empty: removed it */
  | { kind: 'tag'; group: string; member: string; tag: string; t: number }
  | { kind: 'contact'; contact: WireContact }
  | { kind: 'group'; group: WireGroup }
  | { kind: 'channel'; channel: WireChannel };

/** The server's report of the time lock of an account. Its times are in seconds. */
export interface WireTimeLock {
  is_active: boolean;
  time_enforcement_ends: string | null;
  enforcement_type: string;
}

/** The server's report of the cap on new chats. */
export interface WireCap {
  capping_status: string;
  ote_status: string;
  mv_status: string;
  total_quota: number;
  used_quota: number;
  cycle_start_timestamp: string;
  cycle_end_timestamp: string;
  server_sent_timestamp: string;
}

export interface Credentials {
  device: string;
  secret: string;
  me: Me;
  linkedAtMs: number;
}

/** The argument of a page to navigator.credentials.get, in the JSON form of the standard. */
export interface PasskeyOptions {
  challenge: string;
  rpId: string;
  timeout: number;
  userVerification: string;
  allowCredentials: { id: string; type: string; transports: string[] }[];
}

/** Its result, in the same form. */
export interface Assertion {
  id: string;
  rawId: string;
  type: string;
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string };
  clientExtensionResults: Record<string, unknown>;
  authenticatorAttachment?: string;
}

/** A challenge of a linked account, in the page's own format, because the page stores it so. */
export interface Challenge {
  challenge_type: 'PASSKEY' | 'CAPTCHA';
  passkey_challenge_base64?: string;
}

export type UpFrame =
  | { type: 'register'; noiseKey: string; identityKey: string; advSecret: string; platform: string }
  | { type: 'secret'; advSecret: string }
  | { type: 'login'; device: string; secret: string; version: string; takeover: boolean }
  | { type: 'send'; message: WireMessage }
  | { type: 'received'; items: number[] }
  | { type: 'seen'; chat: string; ids: string[] }
  | { type: 'request'; id: number; what: string; args: Json }
  | { type: 'passkey-answer'; assertion: Assertion }
  | { type: 'passkey-failed'; name: string }
  | { type: 'dialog-acknowledged' }
  | { type: 'status-read' }
  | { type: 'chat-state'; chat: string; state: string }
  | { type: 'presence'; available: boolean }
  | { type: 'logout' }
  | { type: 'ping' };

export type DownFrame =
  | { type: 'refs'; refs: string[] }
  | { type: 'passkey-demand'; options: PasskeyOptions }
  | { type: 'passkey-refused'; why: string }
  | { type: 'checkpoint'; challenge: Challenge }
  | { type: 'pair-success'; credentials: Credentials }
  | {
      type: 'login-ok';
      me: Me;
      contacts: WireContact[];
      groups: WireGroup[];
      channels: WireChannel[];
      /** wids of the people that the account blocks */
      blocked: string[];
      labels: WireLabels;
      queued: number;
      dialog: boolean;
    }
  /** `more`: the chats of which the phone has older messages */
  | { type: 'history'; messages: WireMessage[]; more: string[] }
  /** `expire`: seconds, with 402 */
  | { type: 'failure'; code: number; expire?: number }
  | { type: 'time-lock'; lock: WireTimeLock }
  | { type: 'cap'; cap: WireCap }
  | { type: 'item'; n: number; item: Item }
  | { type: 'items-done' }
  /** `error`: the server's code, with level -1 */
  | { type: 'ack'; key: WireKey; level: number; error?: number }
  | { type: 'labels'; labels: WireLabels }
  /** `t`: when the person was online last, in seconds */
  | { type: 'presence-update'; wid: string; state: string; t?: number }
  | { type: 'conflict' }
  | { type: 'logged-out'; reason: string }
  | { type: 'response'; id: number; result: Json }
  | { type: 'response-error'; id: number; code: number; text: string }
  | { type: 'pong' };

/** The identity of a browser as far as a page can read it. */
export interface Agent {
  userAgent: string;
  /** from the client hints, such as `Chromium 156` */
  brands: string[];
  /** navigator.webdriver: whether it reports that a program controls it */
  automated: boolean;
}

/** A report of the document to the simulator. */
export type Report =
  | { type: 'hello'; document: string; url: string; version: string; agent: Agent }
  | { type: 'state'; state: string; hasSynced: boolean }
  | { type: 'qr'; text: string | null }
  | { type: 'missing'; name: string }
  | { type: 'done'; id: number; result: Json }
  | { type: 'failed'; id: number; text: string };

/** An order of the simulator to a document. */
export type Order =
  | { type: 'knobs'; id: number; knobs: KnobValues }
  | { type: 'do'; id: number; command: string; args: { [key: string]: Json } };

/** The server's data in the document, read by `page/boot.ts`. */
export interface BootRecord {
  document: string;
  knobs: KnobValues;
}
