// The type of the page's window for our functions that run inside the page. Each of them declares its own `declare
// const window: PageWindow`, so that the browser's globals never leak into the daemon's types. Such a function is sent
// to the page as text: it can use nothing but its arguments and `window`.

import type { PasskeyOptions } from '../../protocol/passkey.js';

/** Our notes on one document; a new document starts without them, which is how a reload is seen. */
export interface DocumentMarks {
  /** The library's `inject` has run on this document (H3). */
  injected: boolean;
  /** `attachEventListeners` has begun; a second sync must not begin another (H3). */
  attaching: boolean;
  /** The library's listeners are attached to this document: without it `ready` is a lie (H2). */
  listening: boolean;
  /** Own messages that have been handed to the page, by their id. */
  readonly sends: Record<string, 'entered' | 'added' | 'resent' | 'failed' | 'refused'>;
  /** Settles when the page's own send of one of them has; until whoever handed it over has asked. Never rejects. */
  readonly words: Record<string, Promise<SendWord>>;
  /** The codes with which the server has refused own messages, by their id. */
  readonly nacks: Record<string, number>;
  /** Our functions for chats, people, groups and messages; see whatsapp/requests/page-rpc.ts. */
  rpc?: unknown;
  /** Names of the modules that were requested last, newest last. */
  readonly asked: string[];
  /** The page's own require; set once ours stands before it. */
  // biome-ignore lint/suspicious/noExplicitAny: as of window.require
  require?: (name: string) => any;
  /** Which of these needs the page lacks now: the word for it → for how long it was looked for in vain, ms. */
  lacks?(needs: readonly string[]): Record<string, number>;
  /** The same once it is certain: empty as soon as nothing is lacking, or when something has been for `lastsMs`. */
  lackingFor?(needs: readonly string[], lastsMs: number): Promise<string[]>;
  /** Has the page fetch those of these needs that it fetches on demand; never rejects (compat/d9-lazy-modules.ts). */
  load?(needs: readonly string[]): Promise<void>;
  /** Modules that are being fetched. */
  loading?: Record<string, Promise<void>>;
  /** Tells the daemon. */
  tell(told: Told | CallTold): void;
  /** Incoming calls are reported, on either stack (compat/d10-native-calls.ts). */
  hearsCalls?: boolean;
  /** Tokens of trust are reported (page/restriction.ts). */
  tellsTrust?: boolean;
  /** A chat is being marked as read on request (page/presence.ts). */
  reading?: boolean;
  /** Our shims are installed: a lack that is found before that may still be repaired. */
  prepared?: boolean;
  /** What is being told of the QR that is drawn now is not told any more; the next one is. */
  dropQr?(): void;
  /** Modules of which this page has only our stand-in. */
  standIns?: string[];
}

/**
 * How the page's own send ended: `messageSendResult` of what it resolves with, or what it rejects with
 * (WAWebSendMsgRecordAction and WAWebSendMsgResultAction, 2026-04-27).
 */
export interface SendWord {
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

/** WAWebMsgKey's instances; where the whole key stands as a string differs by page generation (D1). */
export type PageMsgKey = Record<string, unknown> & { readonly id: string; readonly fromMe: boolean };
export type PageMsgKeyClass = (new (parts: Record<string, unknown>) => PageMsgKey) & { prototype: object };

export interface PageMsg extends PageModel {
  readonly id: PageMsgKey;
  readonly ack: number;
  readonly type: string;
  readonly t?: number;
  readonly isNotification?: boolean;
}

/** A model of the page's; what is in it differs by kind and build. */
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
  readonly msgs: { getModelsArray(): PageMsg[] };
  readonly groupMetadata?: {
    readonly subject?: string;
    readonly desc?: string;
    readonly descId?: string;
    readonly owner?: PageWid;
    readonly creation?: number;
    readonly announce?: boolean;
    readonly restrict?: boolean;
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

/** What the watcher in the page tells the daemon. */
export type Told =
  | { readonly kind: 'document'; readonly url: string }
  | {
      readonly kind: 'state';
      readonly state: string;
      /** Whether anything flows on the connection; null on a page that does not say. */
      readonly stream: string | null;
      /** What the browser takes for its network. */
      readonly online: boolean;
      readonly synced: boolean;
      readonly wid: string | null;
    }
  /** The page begins to give up its credentials: whoever logs out, and whatever comes of it. */
  | { readonly kind: 'logout-begins' }
  /** It does so by itself, for this reason in its own words. */
  | { readonly kind: 'gives-up'; readonly reason: string }
  /** It has given them up. */
  | { readonly kind: 'logout' }
  /** The server refuses the account, with this code. */
  | { readonly kind: 'failure'; readonly code: number }
  /** Something of the limits of the account has changed. */
  | { readonly kind: 'limits' }
  /** Somebody lets the account write to them, whatever its limits. */
  | { readonly kind: 'trusted'; readonly chatId: string }
  /** The server lets the account in, or not for so many seconds (402). */
  | { readonly kind: 'ban'; readonly banned: boolean; readonly expireS: number | null }
  /** The pairing code that is shown links nobody any more. */
  | { readonly kind: 'code-over' }
  /** The text of the QR code that the page draws; null once it is used. */
  | { readonly kind: 'qr'; readonly text: string | null }
  /** Numbers and LIDs that are one person each. */
  | { readonly kind: 'people'; readonly pairs: readonly { readonly number: string; readonly lid: string }[] }
  | { readonly kind: 'missing'; readonly what: string }
  | { readonly kind: 'dialog'; readonly text: string; readonly pressed: boolean }
  /** The dialog that waited for a button is there no more. */
  | { readonly kind: 'dialog-gone' }
  /** The page asks for a passkey; `id` counts the calls of one document. */
  | { readonly kind: 'passkey'; readonly id: number; readonly options: PasskeyOptions }
  /** The browser's own window answered it. */
  | { readonly kind: 'passkey-answered'; readonly id: number }
  /** That call has ended without an answer. */
  | { readonly kind: 'passkey-gone'; readonly id: number }
  /** WhatsApp asks for proof of the owner's presence: PASSKEY or CAPTCHA, in its own words. */
  | { readonly kind: 'checkpoint'; readonly type: string }
  | { readonly kind: 'checkpoint-gone' };

/** A call comes in, or rings no more. */
export interface CallTold {
  readonly kind: 'call';
  readonly state: 'ringing' | 'ended';
  readonly id: string;
  readonly from: string;
  readonly video: boolean;
  readonly group: boolean;
  /** Seconds; null where the page does not say. */
  readonly offeredAt: number | null;
}
