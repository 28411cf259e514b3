/**
 * What page and server say to each other, as JSON over two WebSockets of the page's own origin. The real protocol is
 * binary, encrypted and none of our business: neither whatsapp-web.js nor the daemon can see it.
 *
 *   /ws/chat        UpFrame and DownFrame: what WhatsApp's own socket carries. Socket faults apply here.
 *   /ws/instrument  Report and Order: the simulator's view into the page and hand on it. The real page has no such
 *                   thing; it stays up while the chat socket is down, so that a test can always see and act.
 */
import type { KnobValues } from './knobs.js';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A message as one mailbox sees it. `chat` is the other side or the group; wids are strings. */
export interface WireMessage {
  id: string;
  chat: string;
  from: string;
  to: string;
  fromMe: boolean;
  type: string;
  t: number;
  /** in groups: who wrote it */
  author?: string;
  body?: string;
  notifyName?: string;
  /** both identities of the person at the other end, as a stanza carries them */
  pair?: { pn: string; lid: string };
  ack?: number;
  /** everything else the message carries, see `page/tagged-json.ts` for how bytes, wids and keys are written */
  extra?: { [key: string]: Json };
}

/** Points at a message: `id` is the random part, the rest is its place. */
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
}

export interface WireContact {
  pn: string;
  lid: string;
  pushname: string;
  /** name in the phone's address book */
  name?: string;
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
  participants: { id: string; admin: boolean }[];
}

/** A channel, and what this account is in it. */
export interface WireChannel {
  id: string;
  name: string;
  role: 'owner' | 'admin' | 'subscriber' | 'guest';
  subscribers: number;
}

/** What the server keeps for a device until the device says it has it. */
export type Item =
  | { kind: 'message'; message: WireMessage }
  | { kind: 'receipt'; key: WireKey; level: number }
  /** `body`: the text or, of a file, the caption */
  | { kind: 'edit'; key: WireKey; newId: string; body: string; t: number }
  | { kind: 'revoke'; key: WireKey; newId: string; t: number }
  | { kind: 'reaction'; key: WireKey; id: string; from: string; emoji: string; t: number }
  | { kind: 'vote'; key: WireKey; id: string; from: string; options: string[]; t: number }
  | { kind: 'call'; id: string; from: string; video: boolean; t: number; over: boolean }
  | { kind: 'contact'; contact: WireContact }
  | { kind: 'group'; group: WireGroup }
  | { kind: 'channel'; channel: WireChannel };

/** What the server says of the time lock of an account; times are its own, in seconds. */
export interface WireTimeLock {
  is_active: boolean;
  time_enforcement_ends: string | null;
  enforcement_type: string;
}

/** What it says of the cap on new chats. */
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

/** What a page passes to navigator.credentials.get, in the JSON form of the standard. */
export interface PasskeyOptions {
  challenge: string;
  rpId: string;
  timeout: number;
  userVerification: string;
  allowCredentials: { id: string; type: string; transports: string[] }[];
}

/** What it gets, likewise. */
export interface Assertion {
  id: string;
  rawId: string;
  type: string;
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string };
  clientExtensionResults: Record<string, unknown>;
  authenticatorAttachment?: string;
}

/** What stops a linked account; in the page's own words, since it keeps it so. */
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
      /** wids of whom the account blocks */
      blocked: string[];
      queued: number;
      dialog: boolean;
    }
  | { type: 'history'; messages: WireMessage[] }
  /** `expire`: seconds, with 402 */
  | { type: 'failure'; code: number; expire?: number }
  | { type: 'time-lock'; lock: WireTimeLock }
  | { type: 'cap'; cap: WireCap }
  | { type: 'item'; n: number; item: Item }
  | { type: 'items-done' }
  /** `error`: the server's code, with level -1 */
  | { type: 'ack'; key: WireKey; level: number; error?: number }
  | { type: 'conflict' }
  | { type: 'logged-out'; reason: string }
  | { type: 'response'; id: number; result: Json }
  | { type: 'response-error'; id: number; code: number; text: string }
  | { type: 'pong' };

/** Who a browser says it is, in ways that a page can compare. */
export interface Agent {
  userAgent: string;
  /** of the client hints, such as `Chromium 156` */
  brands: string[];
  /** whether it admits to being driven by a program */
  automated: boolean;
}

/** What the document tells the simulator about itself. */
export type Report =
  | { type: 'hello'; document: string; url: string; version: string; agent: Agent }
  | { type: 'state'; state: string; hasSynced: boolean }
  | { type: 'qr'; text: string | null }
  | { type: 'missing'; name: string }
  | { type: 'done'; id: number; result: Json }
  | { type: 'failed'; id: number; text: string };

/** What the simulator does to a document. */
export type Order =
  | { type: 'knobs'; id: number; knobs: KnobValues }
  | { type: 'do'; id: number; command: string; args: { [key: string]: Json } };

/** Written into the document by the server, read by `page/boot.ts`. */
export interface BootRecord {
  document: string;
  knobs: KnobValues;
}
