// Types the parts of whatsapp-web.js that we use, with the inner methods that we override, which its own types omit. Read in
// 1.34.7.
import type { EventEmitter } from 'node:events';
import type { Browser, Page } from 'puppeteer';
import * as files from './library-files.js';

/** The parts of a message's key that exist in every page generation (D1). */
export interface LibraryKey {
  readonly fromMe: boolean;
  readonly remote: unknown;
  readonly id: string;
  readonly participant?: unknown;
}

/** structures/Reaction.js */
export interface LibraryReaction {
  readonly id: LibraryKey;
  readonly msgId: LibraryKey;
  readonly senderId: unknown;
  readonly reaction?: string;
  readonly timestamp?: number;
}

/** structures/PollVote.js: all options that the person has chosen now. */
export interface LibraryVote {
  readonly voter: unknown;
  readonly selectedOptions: readonly { readonly name?: string; readonly localId: number }[];
  readonly interractedAtTs?: number;
  readonly parentMsgKey: LibraryKey;
}

/** structures/GroupNotification.js */
export interface LibraryNotice {
  readonly id: LibraryKey;
  readonly chatId: unknown;
  readonly type: string;
  readonly author?: unknown;
  readonly recipientIds?: readonly unknown[];
  readonly body?: string;
  readonly timestamp?: number;
}

/** structures/Call.js */
export interface LibraryCall {
  readonly id: unknown;
  readonly from: unknown;
  readonly isVideo?: boolean;
  readonly isGroup?: boolean;
  readonly fromMe?: boolean;
  readonly timestamp?: number;
}

export interface LibraryMessage {
  readonly id: LibraryKey;
  /** For a message that was deleted for everybody: its original key. */
  readonly protocolMessageKey?: LibraryKey;
  readonly from?: string;
  readonly to?: string;
  readonly author?: string;
  readonly body: string;
  readonly type: string;
  readonly timestamp: number;
  readonly ack?: number;
  readonly hasMedia: boolean;
  readonly mentionedIds?: readonly unknown[];
  /** The page's model. */
  readonly _data?: {
    readonly quotedStanzaID?: string;
    readonly mimetype?: string;
    readonly size?: number;
    readonly filename?: string;
    readonly [attribute: string]: unknown;
  };
}

/** The members of Client (whatsapp-web.js/src/Client.js) that we use or override. */
export interface LibraryClient extends EventEmitter {
  pupBrowser: Browser | null;
  pupPage: Page | null;
  readonly info?: { readonly wid?: unknown };
  initialize(): Promise<void>;
  inject(): Promise<void>;
  attachEventListeners(): Promise<void>;
  initWebVersionCache(): Promise<void>;
  destroy(): Promise<void>;
  requestPairingCode(number: string, showNotification: boolean, intervalMs: number): Promise<unknown>;
  cancelPairingCode(): Promise<void>;
}

export const Client = files.Client as new (options: Record<string, unknown>) => LibraryClient;

/** A message, built from a model of the page's `WWebJS.getMessageModel`. */
export const Message = files.Message as new (client: LibraryClient, model: unknown) => LibraryMessage;

export const LocalAuth = files.LocalAuth as new (options: {
  clientId: string;
  dataPath: string;
}) => {
  logout(): Promise<void>;
  disconnect(): Promise<void>;
};
