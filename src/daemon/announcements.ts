// Reports the account to the feed and the log: its state, each new QR code, what the page can do, what
// WhatsApp forbids, and incidents that a person should know of.
import type { Address } from '../protocol/address.js';
import { type CapabilityStates, capabilityWords } from '../protocol/capability.js';
import type { Log } from '../protocol/log.js';
import type { Reason, RestrictionKind } from '../protocol/state.js';
import { isoTime } from '../protocol/time.js';
import { RESTRICTIONS, type Restriction } from '../session/restriction.js';
import { reasonOf, type State } from '../session/state.js';
import type { Feed } from './events/feed.js';
import type { Actor } from './session/actor.js';
import { lostOf } from './session/capability-tracker.js';
import type { ClientSlot } from './session/client-slot.js';
import type { Qr } from './session/current-qr.js';
import { alertHint, hintFor } from './session/hint.js';
import { inWords, showRestriction } from './session/restriction-words.js';

export interface AnnouncementsOptions {
  readonly feed: Feed;
  readonly log: Log;
  /** The address at which wactl reaches this daemon. */
  readonly address: Address;
  readonly actor: Actor;
  readonly slot: ClientSlot;
}

/** Nothing to close. */
export class Announcements {
  readonly #options: AnnouncementsOptions;

  constructor(options: AnnouncementsOptions) {
    this.#options = options;
  }

  state(now: State, before: State): void {
    const { feed, address } = this.#options;
    const hint = hintFor(now, address);
    feed.append('state', { status: now.name, reason: reasonOf(now), from: before.name, hint });
  }

  /** One event and one line at `err` per incident, with a command that helps. */
  alert(reason: Reason | 'restricted', says: string): void {
    const { feed, log, address } = this.#options;
    const hint = alertHint(reason, address);
    log.error('session.alert', { reason, says, hint });
    feed.append('alert', { reason, says, hint });
  }

  /** Reports that there is a new QR code; its payload is returned on request only. */
  qr({ number, expiresAtMs }: Qr): void {
    this.#options.feed.append('qr', { number, expiresAt: isoTime(expiresAtMs) });
  }

  /** One event for each change, and one alert if a person should know. */
  restriction(now: Restriction | null, before: RestrictionKind | null): void {
    const { feed, log } = this.#options;
    const shown = showRestriction(now) ?? { kind: null, until: null, used: null, total: null };
    log.info('session.restriction', { ...shown, before });
    feed.append('restriction', { ...shown, before });
    if (now !== null && now.kind !== before && RESTRICTIONS[now.kind].alerts)
      this.alert('restricted', inWords(now));
  }

  /**
   * Logs and reports the capabilities that changed, by name: that a build lacks them,
   * and that they work again.
   */
  capabilities(now: CapabilityStates, changes: CapabilityStates): void {
    const { feed, log, address, actor, slot } = this.#options;
    const { whatsappWeb } = slot.browser;
    log.info('session.capabilities', { words: capabilityWords(now), whatsappWeb });
    if (Object.keys(changes).length === 0) return;
    const { state } = actor;
    const words = capabilityWords(changes);
    feed.append('state', {
      status: state.name,
      reason: reasonOf(state),
      from: state.name,
      hint: hintFor(state, address),
      capabilities: words,
    });
    const lost = lostOf(changes).map((name) => `${name} is ${words[name]}`);
    if (lost.length > 0)
      this.alert('outdated_library', `WhatsApp Web ${whatsappWeb ?? ''}: ${lost.join('; ')}.`);
  }
}
