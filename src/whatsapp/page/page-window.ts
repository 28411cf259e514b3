// The type of the page's window for our functions that run inside the page. Each of them declares its own `declare
// const window: PageWindow`, so that the browser's globals never leak into the daemon's types. Such a function is sent
// to the page as text: it can use nothing but its arguments and `window`.

import type { PasskeyOptions } from '../../protocol/passkey.js';
import type { Attendance } from '../../protocol/state.js';
import type { PeopleKnown } from '../../session/port.js';

/** Our marks on one document. A new document has none, which shows that the page was reloaded. */
export interface DocumentMarks {
  /** The library's `inject` has run on this document (H3). */
  injected: boolean;
  /** `attachEventListeners` has begun; a second sync must not begin another (H3). */
  attaching: boolean;
  /** The library's listeners are attached to this document: without them `ready` would be wrong (H2). */
  listening: boolean;
  /** The state of own messages that were passed to the page, by their id. */
  readonly sends: Record<string, 'entered' | 'added' | 'resent' | 'failed' | 'refused'>;
  /** The result of the page's own send, by message id, until it has been read. Never rejects. */
  readonly sendReports: Record<string, Promise<SendReport>>;
  /** The codes with which the server has refused own messages, by their id. */
  readonly nacks: Record<string, number>;
  /** Our functions for chats, people, groups and messages; see whatsapp/requests/page-rpc.ts. */
  rpc?: unknown;
  /** Names of the last requested modules, newest last. */
  readonly asked: string[];
  /** The page's own require; set once ours wraps it. */
  // biome-ignore lint/suspicious/noExplicitAny: as of window.require
  require?: (name: string) => any;
  /** The needs that the page lacks now → for how long they have been missing, ms. */
  lacks?(needs: readonly string[]): Record<string, number>;
  /** Resolves when it is certain: empty as soon as nothing is missing, else the needs that were missing for `lastsMs`. */
  lackingFor?(needs: readonly string[], lastsMs: number): Promise<string[]>;
  /** Makes the page load those needs that it loads on demand; never rejects (compat/d9-lazy-modules.ts). */
  load?(needs: readonly string[]): Promise<void>;
  /** Modules that are being loaded. */
  loading?: Record<string, Promise<void>>;
  /** Notifies the daemon. */
  report(report: PageReport | ContentReport): void;
  /** Incoming calls are reported, on either stack (compat/d10-native-calls.ts). */
  reportsCalls?: boolean;
  /** Changes of labels are reported (page/label-changes.ts). */
  reportsLabels?: boolean;
  /** Changes of the timers of chats are reported (page/timer-changes.ts). */
  reportsTimers?: boolean;
  /** Changes of the tags of members are reported (page/tag-changes.ts). */
  reportsTags?: boolean;
  /** Answers to events are reported (page/attendance-changes.ts). */
  reportsAttendance?: boolean;
  /** Tokens of trust are reported (page/restriction.ts). */
  reportsTrust?: boolean;
  /** A chat is being marked as read on request (page/presence.ts). */
  reading?: boolean;
  /** Our shims are installed. Before that, a missing module may still be repaired. */
  prepared?: boolean;
  /** Cancels the pending report of the current QR code; the next one is reported. */
  dropQr?(): void;
  /** Modules with our stand-in on this page. */
  standIns?: string[];
}

/**
 * The result of the page's own send: `messageSendResult` of its value, or its error
 * (WAWebSendMsgRecordAction and WAWebSendMsgResultAction, 2026-04-27).
 */
export interface SendReport {
  readonly result: string | null;
  readonly thrown: string | null;
}

export interface Emitter {
  on(event: string, listener: (...args: never[]) => unknown): void;
}

export interface PageSocket extends Emitter {
  readonly state: string;
  readonly stream?: string;
  readonly hasSynced: boolean;
  logout(reason?: unknown): unknown;
  reconnect?(): unknown;
}

export interface PageWid {
  readonly _serialized: string;
  readonly user?: string;
}

/** An instance of WAWebMsgKey. The property with the whole key as a string differs by page generation (D1). */
export type PageMsgKey = Record<string, unknown> & { readonly id: string; readonly fromMe: boolean };
export type PageMsgKeyClass = (new (parts: Record<string, unknown>) => PageMsgKey) & { prototype: object };

export interface PageMsg extends PageModel {
  readonly id: PageMsgKey;
  readonly ack: number;
  readonly type: string;
  readonly t?: number;
}

/** A model of the page; its attributes differ by kind and build. */
export interface PageModel {
  // biome-ignore lint/suspicious/noExplicitAny: the page's models have no types; each use names what it expects
  readonly [attribute: string]: any;
}

export interface PageChat extends PageModel {
  readonly id: PageWid;
  readonly t?: number;
  readonly name?: string;
  readonly formattedTitle?: string;
  readonly unreadCount?: number;
  readonly archive?: boolean;
  readonly pin?: number;
  readonly mute?: {
    readonly expiration?: number;
    mute(how: object): Promise<unknown>;
    unmute(how: object): Promise<unknown>;
  };
  readonly msgs: { getModelsArray(): PageMsg[]; readonly msgLoadState?: object };
  readonly groupMetadata?: {
    readonly subject?: string;
    readonly desc?: string;
    readonly descId?: string;
    readonly owner?: PageWid;
    readonly creation?: number;
    readonly announce?: boolean;
    readonly restrict?: boolean;
    readonly isParentGroup?: boolean;
    /** The community of the group. */
    readonly parentGroup?: PageWid | null;
    /** The group of the announcements of its community. */
    readonly defaultSubgroup?: boolean;
    readonly membershipApprovalMode?: boolean | number;
    readonly memberAddMode?: string | number | boolean;
    readonly participants: { getModelsArray(): PageModel[] };
  };
}

export interface PageWindow {
  readonly Debug?: { readonly VERSION?: string };
  // biome-ignore lint/suspicious/noExplicitAny: the page's modules have no types; each use names what it expects
  readonly require: (module: string) => any;
  readonly WWebJS?: unknown;
  __wad?: DocumentMarks;
  readonly top: unknown;
  readonly navigator: { readonly onLine: boolean };
  readonly location: { readonly href: string; readonly host: string };
  readonly document: PageDocument;
  onAppStateHasSyncedEvent?: () => unknown;
  setInterval(run: () => void, ms: number): number;
  setTimeout(run: () => void, ms: number): number;
  clearInterval(id: number): void;
  clearTimeout(id: number): void;
  [binding: string]: unknown;
}

export interface PageElement {
  readonly innerText?: string;
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  click(): void;
}

export interface PageDocument {
  querySelectorAll(selector: string): Iterable<PageElement>;
}

/** A report of our functions in the page to the daemon. */
export type PageReport =
  | { readonly kind: 'document'; readonly url: string }
  | {
      readonly kind: 'state';
      readonly state: string;
      /** The state of the stream on the connection; null on a page that does not report it. */
      readonly stream: string | null;
      /** Whether the browser believes that it has a network. */
      readonly online: boolean;
      readonly synced: boolean;
      readonly wid: string | null;
    }
  /** The page begins to delete its credentials, for any reason. */
  | { readonly kind: 'logout-begins' }
  /** The page logs out by itself, for this internal reason. */
  | { readonly kind: 'gives-up'; readonly reason: string }
  /** The page has deleted its credentials. */
  | { readonly kind: 'logout' }
  /** The server refuses the account, with this code. */
  | { readonly kind: 'failure'; readonly code: number }
  /** The limits of the account have changed. */
  | { readonly kind: 'limits' }
  /** A person allows the account to write to them, in spite of its limits. */
  | { readonly kind: 'trusted'; readonly chatId: string }
  /** The server has admitted the account, or refuses it for this many seconds (402). */
  | { readonly kind: 'ban'; readonly banned: boolean; readonly expireS: number | null }
  /** The current pairing code is no longer valid. */
  | { readonly kind: 'code-over' }
  /** The text of the QR code that the page draws; null once it is used. */
  | { readonly kind: 'qr'; readonly text: string | null }
  /** Numbers and LIDs that are one person each, and the names of people and groups. */
  | ({ readonly kind: 'people' } & PeopleKnown)
  | { readonly kind: 'missing'; readonly what: string }
  | { readonly kind: 'dialog'; readonly text: string; readonly pressed: boolean }
  /** The dialog that waited for a person has closed. */
  | { readonly kind: 'dialog-gone' }
  /** The page asks for a passkey; `id` counts the calls of one document. */
  | { readonly kind: 'passkey'; readonly id: number; readonly options: PasskeyOptions }
  /** The browser's own passkey dialog answered the request. */
  | { readonly kind: 'passkey-answered'; readonly id: number }
  /** That call has ended without an answer. */
  | { readonly kind: 'passkey-gone'; readonly id: number }
  /** WhatsApp asks for proof of the owner's presence. The types are PASSKEY and CAPTCHA. */
  | { readonly kind: 'checkpoint'; readonly type: string }
  | { readonly kind: 'checkpoint-gone' };

/** A call rings, or has ended. */
export interface CallReport {
  readonly kind: 'call';
  readonly state: 'ringing' | 'ended';
  readonly id: string;
  readonly from: string;
  readonly video: boolean;
  readonly group: boolean;
  /** Seconds; null when the page does not report it. */
  readonly offeredAt: number | null;
}

/** A label was created, changed or deleted, or put on a chat or taken off. */
export interface LabelReport {
  readonly kind: 'label';
  readonly change: 'created' | 'changed' | 'deleted' | 'added' | 'removed';
  readonly id: string;
  readonly name: string;
  readonly color: number | null;
  /** For `added` and `removed`. */
  readonly chatId: string | null;
}

/** The presence of a person has changed. */
export interface PresenceReport {
  readonly kind: 'presence';
  readonly id: string;
  readonly state: 'available' | 'unavailable' | 'typing' | 'recording';
  /** Seconds since 1970; null when not known. */
  readonly lastSeenS: number | null;
}

/** The timer of a chat has changed. */
export interface TimerReport {
  readonly kind: 'timer';
  readonly chatId: string;
  /** 0: messages stay. */
  readonly seconds: number;
}

/** A member of a group has another tag. */
export interface TagReport {
  readonly kind: 'tag';
  readonly group: string;
  /** A LID. */
  readonly member: string;
  /** Empty: none. */
  readonly tag: string;
  /** Null when not known. */
  readonly atS: number | null;
}

/** Somebody has answered an event. */
export interface AttendanceReport {
  readonly kind: 'attendance';
  /** The key of the event's message. */
  readonly event: {
    readonly fromMe: boolean;
    readonly remote: string;
    readonly id: string;
    readonly participant: string | null;
  };
  readonly from: string;
  readonly fromMe: boolean;
  readonly answer: Attendance;
  readonly atMs: number | null;
}

/** A report that becomes an event. */
export type ContentReport =
  | CallReport
  | LabelReport
  | PresenceReport
  | TimerReport
  | TagReport
  | AttendanceReport;
