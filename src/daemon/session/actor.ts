// The mailbox of the session. It takes one event at a time, applies the pure transition, notifies watchers of
// each change and runs the effects in order, each to its end. Nothing else changes the state.
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { type Effect, isStillDue } from '../../session/effect.js';
import type { Event } from '../../session/event.js';
import type { Policy } from '../../session/policy.js';
import type { State } from '../../session/state.js';
import { nextAttemptAtMs, reasonOf } from '../../session/state.js';
import { transition } from '../../session/transition.js';

/** The functions that execute the effects. Each must be bounded. */
export type Executors = {
  readonly [D in Exclude<Effect['do'], 'arm' | 'alert'>]: (
    effect: Extract<Effect, { do: D }>,
  ) => void | Promise<void>;
} & { readonly alert: (effect: Extract<Effect, { do: 'alert' }>) => void };

export type Watcher = (state: State, before: State, event: Event) => void;

export class Actor {
  #state: State;
  readonly #policy: Policy;
  readonly #log: Log;
  readonly #watchers = new Set<Watcher>();
  /** Events that were posted while another one was being handled: a watcher may post. */
  readonly #mail: Event[] = [];
  #reading = false;
  #executors: Executors | undefined;
  #effects: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(initial: State, policy: Policy, log: Log) {
    this.#state = initial;
    this.#policy = policy;
    this.#log = log;
  }

  get state(): State {
    return this.#state;
  }

  /** Must be called before the first event. */
  begin(executors: Executors): void {
    this.#executors = executors;
  }

  /**
   * Watchers run synchronously after each event, in order of registration. Returns a function
   * that removes the watcher.
   */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Handles the event before it returns. An event posted by a watcher is handled after the current one. */
  post(event: Event): void {
    this.#mail.push(event);
    if (this.#reading) return;
    this.#reading = true;
    try {
      for (let next = this.#mail.shift(); next !== undefined; next = this.#mail.shift()) this.#handle(next);
    } finally {
      this.#reading = false;
    }
  }

  #handle(event: Event): void {
    const before = this.#state;
    const atMs = Date.now();
    const { state, effects } = transition(before, event, { atMs, policy: this.#policy });
    this.#state = state;
    if (state.name !== before.name || reasonOf(state) !== reasonOf(before)) {
      const { type, ...more } = event;
      const nextAtMs = nextAttemptAtMs(state);
      this.#log.info('session.transition', {
        from: before.name,
        to: state.name,
        reason: reasonOf(state),
        cause: type,
        ...(nextAtMs === null ? {} : { nextAttemptInMs: nextAtMs - atMs }),
        ...('detail' in more ? { detail: more.detail } : {}),
      });
    }
    for (const watcher of this.#watchers) {
      // A failing watcher must not prevent the effects.
      this.#guard('session.watcher-failed', {}, () => watcher(state, before, event));
    }
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    if (effect.do === 'arm') {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.post({ type: 'timer', timer: effect.timer }), effect.afterMs);
      return;
    }
    // Raised at once, not after the browser has ended.
    if (effect.do === 'alert') {
      this.#guard('session.effect-failed', { effect: effect.do }, () => this.#executors?.alert(effect));
      return;
    }
    const execute = this.#executors?.[effect.do] as ((effect: Effect) => void | Promise<void>) | undefined;
    this.#effects = this.#effects
      .then(() => (isStillDue(effect, this.#state) ? execute?.(effect) : undefined))
      .catch((error: unknown) => this.#log.error('session.effect-failed', { effect: effect.do, err: error }));
  }

  #guard(event: string, fields: Readonly<Record<string, unknown>>, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#log.error(event, { ...fields, err: error });
    }
  }

  /**
   * Resolves with the first state that fits, including the current one.
   * @throws Fault wait_expired when the signal aborts first
   */
  until(fits: (state: State) => boolean, { signal }: { signal: AbortSignal }): Promise<State> {
    return new Promise((resolve, reject) => {
      if (fits(this.#state)) return resolve(this.#state);
      const stop = this.watch((state) => {
        if (!fits(state)) return;
        stop();
        signal.removeEventListener('abort', late);
        resolve(state);
      });
      const late = (): void => {
        stop();
        reject(
          new Fault('wait_expired', {
            more: { status: this.#state.name, sessionReason: reasonOf(this.#state) },
          }),
        );
      };
      if (signal.aborted) late();
      else signal.addEventListener('abort', late, { once: true });
    });
  }

  /** Resolves when the effects of all events so far have been carried out. */
  settled(): Promise<void> {
    return this.#effects;
  }

  /** Clears the timer and removes the watchers. A final state does not change any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#watchers.clear();
  }
}
