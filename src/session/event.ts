// The events that can happen to a session. whatsapp/ translates the library's own events, which are only hints:
// `client.ready` is only ever raised by our own probe.
import type { Reason } from '../protocol/state.js';
import type { Attention, Linked } from './state.js';

/** Raised by a client; carries its generation, so that a replaced client is not listened to. */
export type ClientEvent =
  /** The page shows a QR code and no credentials. */
  | { readonly type: 'client.unpaired' }
  /** A pairing code was handed out. */
  | { readonly type: 'client.pairing' }
  /** WhatsApp requires another code, or the phone's answer to this one failed: this code no longer links. */
  | { readonly type: 'client.pairing-over' }
  /** WhatsApp asks for the account's passkey; how long the page waits is given. */
  | { readonly type: 'client.passkey'; readonly limitMs: number }
  /** An answer was handed to the page; WhatsApp has yet to judge it. */
  | { readonly type: 'client.passkey-answered' }
  /** The request has come to nothing: refused, late, or judged wrong. The page shows a code again. */
  | { readonly type: 'client.passkey-over'; readonly why: PasskeyEnd }
  /** The page has credentials and the server knows them. */
  | { readonly type: 'client.linked'; readonly me: Linked | null }
  /** Sync makes progress; it is worth waiting for. */
  | { readonly type: 'client.progress' }
  /** Our own probe passed. */
  | { readonly type: 'client.ready'; readonly me: Linked }
  /** WhatsApp Web lost its connection; the page lives. */
  | { readonly type: 'client.offline' }
  /** The main frame went to another document of WhatsApp Web. */
  | { readonly type: 'client.reloading' }
  /**
   * Unlinked. `explained`: server, phone or page said so, not only a QR that turned up. `ban`: the server has logged the
   * whole account out. `byPage`: WhatsApp Web itself has unlinked the account, for this reason in its own words.
   */
  | {
      readonly type: 'client.logged-out';
      readonly explained: boolean;
      readonly ban?: LogoutBan;
      readonly byPage?: string;
    }
  | { readonly type: 'client.conflict' }
  /** `detail`: what the page lacks, where that is why. */
  | {
      readonly type: 'client.refused';
      readonly reason: 'banned' | 'outdated_library';
      readonly detail?: string;
      /** The end of a ban, where WhatsApp names one. */
      readonly untilMs?: number;
    }
  /** Browser or page are no longer of use. `detail` is for the log. */
  | { readonly type: 'client.broken'; readonly reason: BrokenReason; readonly detail: string }
  /** The monitor found the page ailing though its browser lives. */
  | { readonly type: 'client.sick'; readonly ailment: Ailment; readonly detail: string }
  | { readonly type: 'client.attention'; readonly what: Attention | null };

/**
 * Why the server logs an account out. `banned`: for good (406). `locked`: until its phone number has been verified again
 * (403).
 */
export type LogoutBan = 'banned' | 'locked';

/** `wrong`: WhatsApp did not accept the answer. `gone`: the page loaded another document meanwhile. */
export type PasskeyEnd = 'refused' | 'late' | 'wrong' | 'gone';

export type BrokenReason = Extract<
  Reason,
  | 'network_down'
  | 'page_unresponsive'
  | 'browser_crashed'
  | 'browser_missing'
  | 'launch_failed'
  | 'sync_timeout'
  | 'disk_full'
>;

/**
 * The findings of a check of a ready page: no answer, no connection though nobody said so, listeners that are gone
 * (ready but deaf), no idea who it is, or messages of ours that stay unsent (ready but dead, H10).
 */
export type Ailment = 'unresponsive' | 'offline' | 'deaf' | 'nobody' | 'stuck';

export type Event =
  | (ClientEvent & { readonly generation: number })
  /** A person or the daemon's own start asks for the account. */
  | { readonly type: 'initialize'; readonly restart: boolean }
  /** A new browser in a quiet moment, for the sake of memory or an upgrade. */
  | { readonly type: 'recycle'; readonly why: string }
  | { readonly type: 'disconnect' }
  | { readonly type: 'clear' }
  /** The daemon ends. `logout`: this stop is meant to unlink the phone. */
  | { readonly type: 'stop'; readonly logout: boolean }
  /** Another daemon took our lock: hands off the profile. */
  | { readonly type: 'lock-lost' }
  | { readonly type: 'timer'; readonly timer: number }
  /** Answers of effects. */
  | { readonly type: 'logout-done'; readonly generation: number; readonly unlinked: boolean }
  /** `gone`: it is no session any more. `left`: why something of it is still there, if it is. */
  | { readonly type: 'profile-removed'; readonly gone: boolean; readonly left: string | null }
  | { readonly type: 'profile-suspect'; readonly corrupt: boolean };

export type EventName = Event['type'];
export type EventOf<E extends EventName> = Extract<Event, { readonly type: E }>;
