// A hook that asks the gateway, and asks again when events show that the answer is stale.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { EventType } from '../../../src/protocol/state.js';
import type { WireEvent } from '../../../src/protocol/types.js';
import { Refusal } from '../http/refusal.js';
import { useEvents, useLive } from './use-live.js';

export interface Answer<T> {
  /** The last answer, also while the next one is awaited; null before the first. */
  readonly value: T | null;
  /** Why there was no answer the last time. */
  readonly error: Refusal | null;
  /** Asks again. */
  again(): void;
}

/** Several events at once cause one request. */
const TOGETHER_MS = 300;
/** The gateway limits the requests of a token; a busy account must not use them up. */
const PACE_MS = 2_000;

/** True for events of these types. */
export const ofTypes =
  (...types: readonly EventType[]) =>
  ({ type }: WireEvent): boolean =>
    types.includes(type);

/** An account that begins to hibernate has nothing new, and a request that needs its page would wake it again. */
const fellAsleep = ({ type, data }: WireEvent): boolean =>
  type === 'state' && 'status' in data && data.status === 'hibernating';

/**
 * @param ask called again after each change of `key`, and after events of the account that make the answer stale
 * @param key what `ask` depends on; another key drops the previous answer
 * @param needsPage whether `ask` wakes a hibernating account: only what a person does may wake it
 */
export function useAnswer<T>(
  account: string,
  key: string,
  isStaleAfter: (event: WireEvent) => boolean,
  ask: (signal: AbortSignal) => Promise<T>,
  { needsPage = false } = {},
): Answer<T> {
  const [answer, put] = useState<{ key: string; value: T | null; error: Refusal | null }>({
    key,
    value: null,
    error: null,
  });
  const [turn, setTurn] = useState(0);
  const { streams, accounts } = useLive();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const askedAt = useRef(0);
  const again = () => setTurn((n) => n + 1);

  // `ask` is another function in each drawing; `key` says what it asks.
  useEffect(() => {
    const stop = new AbortController();
    askedAt.current = performance.now();
    ask(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) put({ key, value, error: null });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        put((last) => ({ key, value: last.key === key ? last.value : null, error: Refusal.from(error) }));
      },
    );
    return () => stop.abort();
  }, [account, key, turn]);

  const sleeps =
    needsPage && accounts?.find((line) => line.account === account)?.status?.status === 'hibernating';
  const lastStream = useRef(streams);
  useEffect(() => {
    if (lastStream.current === streams) return;
    lastStream.current = streams;
    if (!sleeps) again();
  }, [streams]);

  useEvents(account, (event) => {
    if (fellAsleep(event)) {
      if (!needsPage) return;
      clearTimeout(timer.current);
      timer.current = undefined;
      return;
    }
    // Only a change of the state says that it is awake again.
    if (sleeps && event.type !== 'state') return;
    if (!isStaleAfter(event) || timer.current !== undefined) return;
    const rest = askedAt.current + PACE_MS - performance.now();
    timer.current = setTimeout(
      () => {
        timer.current = undefined;
        again();
      },
      Math.max(TOGETHER_MS, rest),
    );
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  const isOf = answer.key === key;
  return { value: isOf ? answer.value : null, error: isOf ? answer.error : null, again };
}
