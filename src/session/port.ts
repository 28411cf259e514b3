// The interface of a WhatsApp client; whatsapp/ implements it. One object is one browser: it is launched,
// used, closed, and never launched again (H30).
import type { CapabilityStates } from '../protocol/capability.js';
import type { Content } from '../protocol/content.js';
import type { EventData, Unnamed } from '../protocol/events/index.js';
import type { PasskeyAnswer, PasskeyOptions } from '../protocol/passkey.js';
import type { Addressee } from '../protocol/wid.js';
import type { ClientEvent } from './event.js';
import type { InboundMessage } from './inbound-message.js';
import type {
  ActPage,
  CallPage,
  ChannelAdminPage,
  ChannelPage,
  ChatPage,
  CommunityPage,
  ContactPage,
  GroupJoinPage,
  GroupPage,
  HistoryPage,
  LabelPage,
  MediaPage,
  MissedPage,
  PresencePage,
  ProfilePage,
  Revocation,
  StatusPage,
} from './page-port.js';
import type { Limits } from './restriction.js';

/** What a client reports in addition to the events of the life cycle. */
export type ClientReport =
  | { readonly type: 'qr'; readonly payload: string }
  | { readonly type: 'qr-gone' }
  /** The page asks for a passkey. `id` is the page's own number for the request. */
  | {
      readonly type: 'passkey';
      readonly id: number;
      readonly options: PasskeyOptions;
      readonly limitMs: number;
    }
  /** That request is answered, abandoned, or gone with its page. */
  | { readonly type: 'passkey-gone' }
  /** Identities and names of people and groups; reported before any event that names them. */
  | ({ readonly type: 'people' } & PeopleKnown)
  | { readonly type: 'message'; readonly message: InboundMessage }
  | {
      readonly type: 'ack';
      readonly key: string;
      readonly messageId: string;
      readonly chatId: string;
      readonly fromMe: boolean;
      readonly ack: number;
      /** With −1: the code of the server's refusal; null if the page does not report it. */
      readonly nack?: number | null;
    }
  /** The limits that the page shows for its account. */
  | { readonly type: 'limits'; readonly limits: Limits }
  /** The account may write to this person, whatever its limits. */
  | { readonly type: 'trusted'; readonly chatId: string }
  /** The account is banned for a time; null: it is not banned. */
  | { readonly type: 'ban'; readonly untilMs: number | null }
  /** A reaction, an edit, a deletion, a change of a group, a call: an event, reported once. */
  | {
      readonly [E in ContentEvent]: {
        readonly type: 'happened';
        readonly event: E;
        readonly data: Unnamed<E>;
      };
    }[ContentEvent]
  | { readonly type: 'happened'; readonly event: 'message.revoke'; readonly data: Revocation }
  | {
      readonly type: 'happened';
      readonly event: 'label';
      readonly data: Omit<EventData<'label'>, 'chat'>;
    }
  | { readonly type: 'capabilities'; readonly capabilities: CapabilityStates };

/** Events that the daemon stores as the client reports them. */
export type ContentEvent =
  | 'message.reaction'
  | 'message.attendance'
  | 'message.edit'
  | 'group'
  | 'group.tag'
  | 'call'
  | 'chat.timer'
  | 'presence';

/** Both identities of one person: `…@c.us` and `…@lid`. */
export interface Pair {
  readonly number: string;
  readonly lid: string;
}

/** The names of one person, under one of the identities, or of a group. Null: the page knows none. */
export interface Named {
  readonly id: string;
  /** As the account saved it; the verified name of a business; the subject of a group. */
  readonly name: string | null;
  /** What the person calls themselves. */
  readonly pushname: string | null;
}

export interface PeopleKnown {
  readonly pairs: readonly Pair[];
  readonly names: readonly Named[];
}

/** The result of a check of the page. */
export interface Health {
  readonly socketState: string | null;
  readonly whatsappWeb: string | null;
  readonly wid: string | null;
  /** Our marker: the library's listeners are attached to this document. */
  readonly listening: boolean;
}

/**
 * The result of a send. `absent`: the page does not have it, and will not have it from this call; `again`:
 * for no reason that would apply to the next call. `unknown`: the page could not be asked.
 */
export type SendOutcome =
  | {
      readonly outcome: 'accepted';
      readonly ack: number;
      /** With −1: the code of the server's refusal. */
      readonly nack?: number | null;
    }
  | { readonly outcome: 'absent'; readonly error: unknown; readonly again?: boolean }
  /**
   * The page has it in its store and is not sending it: it has given up, or is another document
   * than the one that sent it.
   */
  | { readonly outcome: 'stranded'; readonly error: unknown }
  | { readonly outcome: 'unknown'; readonly error: unknown };

/** What the page knows of a message of ours. */
export interface OwnMessage {
  readonly ack: number;
  /** With −1: the code of the server's refusal; null if the page does not report it. */
  readonly nack?: number | null;
  /**
   * The server does not have it, and this document is not sending it: it found it in
   * its store, or has given up.
   */
  readonly stranded: boolean;
}

/** An error inside the page, with context to identify it, because its own text is minified. */
export interface PageError {
  readonly atMs: number;
  readonly error: string;
  readonly modules: readonly string[];
  readonly build: string | null;
}

/** The steps of a client from its launch to its first `ready`, in their usual order; for the log. */
export type ClientStep =
  | 'browser'
  | 'page_prepared'
  | 'document'
  | 'page_loaded'
  | 'modules'
  | 'library_prepared'
  | 'library_injected'
  | 'linked'
  | 'listening';

export interface ClientListener {
  event(event: ClientEvent): void;
  report(report: ClientReport): void;
}

export interface WhatsAppClient {
  /** Process id of the browser, or null before its launch and after its end. */
  readonly browserPid: number | null;
  readonly browserVersion: string | null;
  readonly whatsappWeb: string | null;
  readonly chats: ChatPage;
  readonly history: HistoryPage;
  readonly contacts: ContactPage;
  readonly channels: ChannelPage;
  readonly channelAdmins: ChannelAdminPage;
  readonly statuses: StatusPage;
  readonly communities: CommunityPage;
  readonly groups: GroupPage;
  readonly joining: GroupJoinPage;
  readonly labels: LabelPage;
  readonly profiles: ProfilePage;
  readonly presence: PresencePage;
  readonly acts: ActPage;
  readonly calls: CallPage;
  readonly media: MediaPage;
  readonly missed: MissedPage;
  /** The newest few, oldest first. */
  readonly pageErrors: readonly PageError[];
  /** Starts the browser; everything else is reported to the listener. Never rejects. */
  launch(): Promise<void>;
  /** Asks the page, bounded. @throws Fault page_error when it does not answer */
  probe(timeoutMs: number): Promise<Health>;
  /** The page as a PNG, with all text in it made invisible. @throws Fault page_error, not_ready */
  picture(): Promise<Uint8Array>;
  nudge(by: 'reconnect' | 'reload' | 'takeover'): Promise<void>;
  /** @throws Fault pairing_failed, pairing_limited */
  requestPairingCode(number: string): Promise<string>;
  /** Ends pairing by code: the page shows its QR again. */
  showQr(): Promise<void>;
  /**
   * Gives the page the answer to its pending passkey request, or refuses the request.
   * @throws Fault no_passkey when the page no longer waits for it, page_error
   */
  answerPasskey(id: number, answer: PasskeyAnswer | 'refused'): Promise<void>;
  /** The chat of a recipient, or null when the number is not on WhatsApp. @throws Fault page_error */
  resolve(recipient: Addressee, signal: AbortSignal): Promise<Addressee | null>;
  send(message: {
    readonly chatId: Addressee;
    readonly messageId: string;
    readonly content: Content;
    /** It may have been given to a page before, under the same id: the page is asked for it first. */
    readonly again: boolean;
    /** The other identity of its person, under which the page may have it. */
    readonly other: string | null;
  }): Promise<SendOutcome>;
  /**
   * Both identities and the names of these people and groups, as far as the page knows them; WhatsApp is
   * not asked. @throws Fault page_error
   */
  peopleOf(ids: readonly string[]): Promise<PeopleKnown>;
  /** Whether the page lets this account write there while it is restricted. @throws Fault page_error */
  mayWrite(chatId: Addressee): Promise<boolean>;
  /**
   * Makes the page ask WhatsApp for the limits of the account. The answer is reported as an event.
   * @throws Fault page_error
   */
  refreshLimits(): Promise<void>;
  /** Whether the page has a chat of this id. @throws Fault page_error */
  knowsChat(chatId: Addressee): Promise<boolean>;
  /** What the page knows of a message of ours, or null when it does not have it. @throws Fault page_error */
  findOwn(message: {
    readonly chatId: Addressee;
    readonly messageId: string;
    /** The other identity of its person, which this page may not know. */
    readonly other: string | null;
  }): Promise<OwnMessage | null>;
  /** Sends a message from the page's store once more, under its id. */
  resend(message: {
    readonly chatId: Addressee;
    readonly messageId: string;
    /** The other identity of its person, under which the page may have it. */
    readonly other: string | null;
  }): Promise<SendOutcome>;
  /** Bounded unlink; true when the page confirmed it. Never rejects. */
  logout(timeoutMs: number): Promise<boolean>;
  /** Ends the browser; single-flight, bounded; resolves when its process is gone. Never rejects. */
  close(): Promise<void>;
}
