// The mailbox of the session. It takes one event at a time, applies the pure transition, notifies watchers of each
// change and runs the effects in order, each to its end. Nothing else changes the state.
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { type Effect, isStillDue } from '../../session/effect.js';
import type { Event } from '../../session/event.js';
import type { Policy } from '../../session/policy.js';
import type { State } from '../../session/state.js';
import { nextAttemptAtMs, reasonOf } from '../../session/state.js';
import { transition } from '../../session/transition.js';

/** What the actor may do besides thinking. Executors of effects must be bounded. */
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
  /** Events that came while one was being dealt with: a watcher may post. */
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

  /** Watchers run synchronously after each event, in the order in which they came. Returns how to stop. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Deals with the event before it returns, unless called by a watcher: then after the event at hand. */
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
      // Whoever watches must not keep the effects from being carried out.
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
    // Told at once, not after the browser has taken its time to end.
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
   * Resolves with the first state that fits, the present one included.
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

  /** Forgets the timer. The state does not change any more once it is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#watchers.clear();
  }
}
