// The events that can happen to a session. whatsapp/ translates the library's own events, which are only
// hints: `client.ready` is only ever raised by our own probe.
import type { Reason } from '../protocol/state.js';
import type { Attention, Linked } from './state.js';

/**
 * Raised by a client. It carries the client's generation, so that events of a replaced client are ignored.
 */
export type ClientEvent =
  /** The page shows a QR code and no credentials. */
  | { readonly type: 'client.unpaired' }
  /** A pairing code was issued. */
  | { readonly type: 'client.pairing' }
  /** WhatsApp requires another code, or the phone's answer to this one failed: this code no longer links. */
  | { readonly type: 'client.pairing-over' }
  /** WhatsApp asks for the account's passkey. `limitMs`: how long the page waits. */
  | { readonly type: 'client.passkey'; readonly limitMs: number }
  /** An answer was given to the page; WhatsApp has not judged it yet. */
  | { readonly type: 'client.passkey-answered' }
  /** The request has failed: refused, late, or answered wrongly. The page shows a code again. */
  | { readonly type: 'client.passkey-over'; readonly why: PasskeyEnd }
  /** The page has credentials and the server knows them. */
  | { readonly type: 'client.linked'; readonly me: Linked | null }
  /** Sync makes progress; it is worth waiting for. */
  | { readonly type: 'client.progress' }
  /** Our own probe passed. */
  | { readonly type: 'client.ready'; readonly me: Linked }
  /** WhatsApp Web lost its connection; the page still runs. */
  | { readonly type: 'client.offline' }
  /** The main frame went to another document of WhatsApp Web. */
  | { readonly type: 'client.reloading' }
  /**
   * Unlinked. `explained`: server, phone or page reported it; false when only a QR appeared. `ban`: the
   * server has logged the whole account out. `byPage`: WhatsApp Web itself has unlinked the account, for
   * this reason in its own words.
   */
  | {
      readonly type: 'client.logged-out';
      readonly explained: boolean;
      readonly ban?: LogoutBan;
      readonly byPage?: string;
    }
  | { readonly type: 'client.conflict' }
  /** `detail`: what the page lacks, if that is the reason. */
  | {
      readonly type: 'client.refused';
      readonly reason: 'banned' | 'outdated_library';
      readonly detail?: string;
      /** The end of a ban, if WhatsApp names one. */
      readonly untilMs?: number;
    }
  /** The browser or the page is unusable. `detail` is for the log. */
  | { readonly type: 'client.broken'; readonly reason: BrokenReason; readonly detail: string }
  /** The monitor found a fault of the page while its browser runs. */
  | { readonly type: 'client.sick'; readonly ailment: Ailment; readonly detail: string }
  | { readonly type: 'client.attention'; readonly what: Attention | null };

/**
 * Why the server logs an account out. `banned`: for good (406). `locked`: until its phone number has
 * been verified again (403).
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
  | 'memory_low'
>;

/**
 * The findings of a check of a ready page: no answer, no connection although none was reported lost, missing
 * listeners (ready but deaf), an unknown account, or messages of ours that stay unsent (ready but dead, H10).
 */
export type Ailment = 'unresponsive' | 'offline' | 'deaf' | 'nobody' | 'stuck';

export type Event =
  | (ClientEvent & { readonly generation: number })
  /** A person, or the start of the daemon, starts the account. */
  | { readonly type: 'initialize'; readonly restart: boolean }
  /** A new browser in a quiet moment, because of memory or an upgrade. */
  | { readonly type: 'recycle'; readonly why: string }
  /** Nothing has happened for a while. `dueAtMs`: when the next scheduled message is due, wall clock. */
  | { readonly type: 'idle'; readonly dueAtMs: number | null }
  /** A message or a request needs the page at this time, wall clock. */
  | { readonly type: 'page-needed'; readonly atMs: number; readonly why: 'message' | 'request' }
  | { readonly type: 'disconnect' }
  | { readonly type: 'clear' }
  /** A person stops the account and keeps its link. */
  | { readonly type: 'stop' }
  /** The daemon ends. `logout`: this is meant to unlink the phone. */
  | { readonly type: 'shutdown'; readonly logout: boolean }
  /** The daemon has to end quickly: nothing that may be left out is waited for. */
  | { readonly type: 'hurry' }
  /** Another daemon took our lock: the profile must not be touched. */
  | { readonly type: 'lock-lost' }
  | { readonly type: 'timer'; readonly timer: number }
  /** Results of effects. */
  | { readonly type: 'place-taken'; readonly generation: number }
  | { readonly type: 'logout-done'; readonly generation: number; readonly unlinked: boolean }
  /** `gone`: no session is left. `left`: why files of it are still there, or null. */
  | { readonly type: 'profile-removed'; readonly gone: boolean; readonly left: string | null }
  | { readonly type: 'profile-suspect'; readonly corrupt: boolean };

export type EventName = Event['type'];
export type EventOf<E extends EventName> = Extract<Event, { readonly type: E }>;
