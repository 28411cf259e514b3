// Simulates the surroundings of the state machine: an actor, a browser, a profile on disk, and a phone.
// The actor carries out effects one at a time and late. The phone honours a link until it is asked to end it.
// A violated rule throws.

import type { StateName } from '../../../src/protocol/state.js';
import { type Effect, isStillDue } from '../../../src/session/effect.js';
import type { Event } from '../../../src/session/event.js';
import type { Policy } from '../../../src/session/policy.js';
import { initialState, isLockLost, isOver, placeOf, type State } from '../../../src/session/state.js';
import { transition } from '../../../src/session/transition.js';
import { AT_MS, type Draft, HOUR_MS, ME, POLICY, raised, SAVED, stateText } from './machine.js';

/** Numbers in [0, 1) from a seed: mulberry32. */
export function seeded(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let x = Math.imul(a ^ (a >>> 15), 1 | a);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Thrown by a step that violates a rule. */
export class Broken extends Error {}

const refuse = (what: string): never => {
  throw new Broken(what);
};

export class World {
  readonly #policy: Policy;
  readonly #random: () => number;
  /** Recorded as it happens, and formatted on demand. */
  readonly #history: (readonly [Draft | Effect, State])[] = [];
  readonly #waiting: Effect[] = [];
  #state: State;
  #nowMs = AT_MS;
  #armed: { readonly timer: number; readonly atMs: number } | null = null;
  /** Generation of the running browser. `sound`: its page has not been reported broken. */
  #browser: { readonly generation: number; sound: boolean } | null = null;
  /** The place among the starts of this machine: asked for by this launch, and whether it is granted. */
  #place: { readonly generation: number; granted: boolean } | null = null;
  /** Whether the phone still honours the profile on disk. Null without a profile. */
  #profile: { honoured: boolean } | null;
  /** A person has asked to remove the profile that is on disk now. */
  #consent = false;
  #exits = 0;
  #takeoversMs: number[] = [];
  #alerted = new Set<string>();

  constructor(random: () => number) {
    this.#random = random;
    const saved = random() < 0.6;
    this.#state = initialState(saved ? SAVED : null, AT_MS);
    this.#profile = saved ? { honoured: random() < 0.9 } : null;
    this.#policy = {
      ...POLICY,
      maxAttempts: 1 + Math.floor(random() * 5),
      slowRetryMs: random() < 0.5 ? POLICY.slowRetryMs : 0,
      graceMs: random() < 0.8 ? POLICY.graceMs : 0,
      afterLogout: random() < 0.7 ? 'link' : 'stop',
      takeoversPerHour: 1 + Math.floor(random() * 3),
    };
  }

  /** The states of this history, and the effects that were carried out. */
  get seen(): ReadonlySet<string> {
    return new Set(this.#history.flatMap(([what, { name }]) => ('do' in what ? [name, what.do] : [name])));
  }

  get history(): string {
    const line = ([what, state]: readonly [Draft | Effect, State]): string =>
      `${JSON.stringify(what)} → ${stateText(state)}, attempts ${state.attempts}, generation ${state.generation}`;
    return this.#history.map(line).join('\n');
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #one<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T;
  }

  /**
   * Makes one thing happen: an effect is carried out, the timer rings, or a page or a person acts. @throws
   * Broken
   */
  step(): void {
    if (this.#waiting.length > 0 && this.#chance(0.7)) this.#carryOut();
    else if (this.#place?.granted === false && this.#chance(0.9)) this.#grant(this.#place);
    else if (this.#armed !== null && this.#chance(0.3)) this.#ring();
    else if (this.#browser !== null && this.#chance(0.75)) this.#pageSpeaks(this.#browser.generation);
    else this.#post(this.#someoneSpeaks());
  }

  /** Lets everything that has begun come to its end. @throws Broken */
  settle(): void {
    for (let n = 0; this.#waiting.length > 0 || this.#isWaking; n++) {
      if (n > 1_000) refuse('effects without an end');
      if (this.#waiting.length > 0) this.#carryOut();
      else this.#ring();
    }
    if (isOver(this.#state) && this.#exits !== 1) refuse(`${this.#exits} exits`);
    if (isOver(this.#state) && this.#browser !== null) refuse('a browser outlives the daemon');
    if (this.#state.name === 'logging-out') refuse('a logout without an end');
    if (placeOf(this.#state) === null && this.#place !== null) refuse('a place is kept for nothing');
  }

  /** A browser is started to unlink. */
  get #isWaking(): boolean {
    return this.#state.name === 'logging-out' && this.#state.waking !== null;
  }

  #grant(place: { readonly generation: number; granted: boolean }): void {
    place.granted = true;
    this.#post(['place-taken', { generation: place.generation }]);
  }

  #ring(): void {
    const { timer, atMs } = this.#armed ?? refuse('no timer');
    this.#nowMs = Math.max(this.#nowMs, atMs);
    this.#armed = null;
    this.#post(['timer', { timer }]);
  }

  /**
   * An event of a page: half the time a likely one, otherwise any. Sometimes it comes from a page that has
   * ended.
   */
  #pageSpeaks(generation: number): void {
    const number = this.#chance(0.05) ? generation - 1 : generation;
    const draft = this.#one((this.#chance(0.5) && LIKELY[this.#state.name]) || PAGE_SAYS);
    const [type, more] = draft;
    // Its consequence for the phone. A page whose QR is no longer shown cannot be scanned.
    if (number === this.#state.generation) {
      if (type === 'client.linked' || type === 'client.ready') this.#profile ??= { honoured: true };
      if (type === 'client.broken' && this.#browser) this.#browser.sound = false;
    }
    // Only the phone or the server can end a link: a QR alone proves nothing.
    if (number === generation && type === 'client.logged-out' && more?.explained === true) this.#forget();
    this.#post([type, { ...more, generation: number }]);
  }

  #forget(): void {
    if (this.#profile) this.#profile.honoured = false;
  }

  #someoneSpeaks(): Draft {
    const draft = this.#one(this.#chance(0.03) ? ENDS : SOMEONE_SAYS);
    if ((draft[0] === 'disconnect' || draft[0] === 'clear') && !isOver(this.#state)) {
      // During a stop the request is refused before it gets here.
      if (this.#state.name === 'logging-out') return ['initialize', { restart: false }];
      this.#consent = true;
    }
    return draft;
  }

  #post(draft: Draft): void {
    const before = this.#state;
    const event = raised(draft, before) as Event;
    const { state, effects } = transition(before, event, { atMs: this.#nowMs, policy: this.#policy });
    this.#state = state;
    this.#history.push([draft, state]);
    this.#look(before, state, event, effects);
    for (const effect of effects) {
      if (effect.do === 'arm') this.#armed = { timer: effect.timer, atMs: this.#nowMs + effect.afterMs };
      else if (effect.do !== 'alert') this.#waiting.push(effect);
    }
    this.#goesOn();
  }

  /** Checks the rules for a single transition. */
  #look(before: State, after: State, event: Event, effects: readonly Effect[]): void {
    if (after.attempts > this.#policy.maxAttempts) refuse(`${after.attempts} attempts`);
    if (after.generation < before.generation) refuse('the generation goes back');
    if (after.name === 'ready' && before.name !== 'ready') this.#alerted.clear();
    if (event.type === 'initialize' && after !== before) this.#alerted.clear();
    for (const effect of effects) {
      switch (effect.do) {
        case 'take-place':
        case 'launch':
          if (isOver(after) || isOver(before)) refuse('a launch after the end');
          break;
        case 'prune-profiles':
          if (after.name !== 'ready') refuse('profiles are pruned before a link is proved');
          break;
        case 'nudge':
          if (effect.by === 'takeover') this.#takeover();
          break;
        case 'alert':
          // Each dialog and each request for a passkey is a separate incident.
          if (effect.reason === 'action_required' || effect.reason === 'passkey_required') break;
          if (this.#alerted.has(effect.reason)) refuse(`${effect.reason} is reported twice`);
          this.#alerted.add(effect.reason);
          break;
      }
    }
  }

  #takeover(): void {
    this.#takeoversMs = this.#takeoversMs.filter((ms) => this.#nowMs - ms < HOUR_MS);
    this.#takeoversMs.push(this.#nowMs);
    if (this.#takeoversMs.length > this.#policy.takeoversPerHour) refuse('too many takeovers within an hour');
  }

  /** Checks that something will happen by itself, or that a person must act. */
  #goesOn(): void {
    const state = this.#state;
    const rings = this.#armed?.timer === state.timer;
    const queues =
      this.#place?.generation === state.generation ||
      this.#waiting.some((e) => e.do === 'take-place' && e.generation === state.generation);
    const launches = this.#waiting.some((e) => e.do === 'launch' && e.generation === state.generation);
    const lives = this.#browser?.generation === state.generation && this.#browser.sound;
    switch (state.name) {
      case 'stopped':
        break;
      case 'starting':
      case 'syncing':
      case 'reconnecting':
        if (placeOf(state) === 'awaited' ? !queues : !rings) refuse('it waits for nothing');
        break;
      case 'failed':
        if (state.retryAtMs !== null && !rings) refuse('a retry is promised and never made');
        break;
      case 'hibernating':
        if (state.wakeAtMs !== null && !rings) refuse('a waking is promised and never made');
        if (state.session === null) refuse('it sleeps without a session');
        break;
      case 'linking':
      case 'ready':
        if (!lives && !launches) refuse('there is no page to be asked');
        break;
      case 'logging-out':
        if (this.#isWaking ? !rings : this.#waiting.length === 0) refuse('a logout without an end');
    }
    if (state.name === 'reconnecting' && 'atMs' in state.step && state.step.atMs !== this.#armed?.atMs)
      refuse('the next attempt is not when it is said to be');
  }

  #carryOut(): void {
    const effect = this.#waiting.shift() ?? refuse('nothing to do');
    if (!isStillDue(effect, this.#state)) return;
    this.#history.push([effect, this.#state]);
    if (
      isLockLost(this.#state) &&
      effect.do !== 'close' &&
      effect.do !== 'leave-place' &&
      effect.do !== 'exit'
    )
      refuse('a profile of others is touched');
    switch (effect.do) {
      case 'launch':
        // The executor does not start an outdated one.
        if (effect.generation !== this.#state.generation) break;
        if (isOver(this.#state)) refuse('a browser is started at the end');
        if (this.#browser !== null) refuse('a browser is started next to another');
        if (this.#place?.generation !== effect.generation || !this.#place.granted)
          refuse('a browser is started without a place');
        this.#browser = { generation: effect.generation, sound: true };
        break;
      case 'take-place':
        // The executor closes the previous browser, and does not ask for an outdated launch.
        this.#browser = null;
        if (this.#place !== null) refuse('a second place is asked for');
        if (effect.generation !== this.#state.generation) break;
        this.#place = { generation: effect.generation, granted: false };
        if (this.#chance(0.8)) this.#grant(this.#place);
        break;
      case 'leave-place':
        this.#place = null;
        break;
      case 'close':
        this.#browser = null;
        break;
      case 'logout': {
        const unlinked = this.#browser !== null && this.#chance(0.6);
        if (unlinked) this.#forget();
        this.#post(['logout-done', { generation: effect.generation, unlinked }]);
        break;
      }
      case 'remove-profile':
        if (this.#browser !== null) refuse('a profile is removed under a browser');
        if (this.#profile?.honoured && !this.#consent)
          refuse('a session is removed that the phone still honours');
        this.#consent = false;
        if (this.#chance(0.9)) {
          this.#profile = null;
          this.#post(['profile-removed', { gone: true, left: null }]);
        } else this.#post(['profile-removed', { gone: false, left: 'read-only' }]);
        break;
      case 'quarantine-profile':
        if (this.#browser !== null) refuse('a profile is moved under a browser');
        this.#profile = null;
        break;
      case 'examine-profile':
        this.#post(['profile-suspect', { corrupt: this.#chance(0.5) }]);
        break;
      case 'exit':
        this.#exits++;
        break;
    }
  }
}

const LINKED = { me: ME } as const;
const PAGE_SAYS: readonly Draft[] = [
  ['client.unpaired'],
  ['client.pairing'],
  ['client.pairing-over'],
  ['client.passkey', { limitMs: 600_000 }],
  ['client.passkey-answered'],
  ['client.passkey-over', { why: 'wrong' }],
  ['client.linked', { me: null }],
  ['client.linked', LINKED],
  ['client.progress'],
  ['client.ready', LINKED],
  ['client.offline'],
  ['client.reloading'],
  ['client.logged-out', { explained: true }],
  ['client.logged-out', { explained: true, ban: 'banned' }],
  ['client.logged-out', { explained: false }],
  ['client.conflict'],
  ['client.refused', { reason: 'banned' }],
  ['client.refused', { reason: 'outdated_library' }],
  ['client.broken', { reason: 'network_down', detail: '' }],
  ['client.broken', { reason: 'browser_crashed', detail: '' }],
  ['client.broken', { reason: 'launch_failed', detail: '' }],
  ['client.sick', { ailment: 'unresponsive', detail: '' }],
  ['client.sick', { ailment: 'offline', detail: '' }],
  ['client.sick', { ailment: 'deaf', detail: '' }],
  ['client.sick', { ailment: 'stuck', detail: '' }],
  ['client.attention', { what: { reason: 'action_required', says: 'a dialog' } }],
  ['client.attention', { what: null }],
];

/** The most likely events of a page in each state. */
const LIKELY: Partial<Record<StateName, readonly Draft[]>> = {
  starting: [
    ['client.unpaired'],
    ['client.linked', { me: null }],
    ['client.linked', LINKED],
    ['client.broken', { reason: 'launch_failed', detail: '' }],
  ],
  linking: [
    ['client.linked', { me: null }],
    ['client.pairing'],
    ['client.passkey', { limitMs: 600_000 }],
    ['client.passkey-over', { why: 'refused' }],
  ],
  syncing: [['client.progress'], ['client.linked', LINKED], ['client.ready', LINKED]],
  ready: [['client.offline'], ['client.conflict'], ['client.reloading'], ['client.ready', LINKED]],
  reconnecting: [
    ['client.linked', { me: null }],
    ['client.broken', { reason: 'network_down', detail: '' }],
    ['client.broken', { reason: 'launch_failed', detail: '' }],
  ],
  'logging-out': [
    ['client.linked', LINKED],
    ['client.ready', LINKED],
    ['client.logged-out', { explained: false }],
  ],
};

const SOMEONE_SAYS: readonly Draft[] = [
  ...Array.from({ length: 12 }, (): Draft => ['initialize', { restart: false }]),
  ['initialize', { restart: true }],
  ['recycle', { why: 'age' }],
  ['idle', { dueAtMs: null }],
  ['idle', { dueAtMs: AT_MS + HOUR_MS / 2 }],
  ['page-needed', { atMs: 0, why: 'request' }],
  ['page-needed', { atMs: AT_MS + HOUR_MS, why: 'message' }],
  ['stop'],
  ['disconnect'],
  ['clear'],
];

const ENDS: readonly Draft[] = [
  ['shutdown', { logout: false }],
  ['shutdown', { logout: true }],
  ['hurry'],
  ['lock-lost'],
];
