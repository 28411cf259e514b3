// A hook that asks the gateway, and asks again when events show that the answer is stale.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { EventType } from '../../../src/protocol/state.js';
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

/**
 * @param ask called again after each change of `key`, and after events of these types
 * @param key what `ask` depends on; another key drops the previous answer
 */
export function useAnswer<T>(
  account: string,
  key: string,
  types: readonly EventType[],
  ask: (signal: AbortSignal) => Promise<T>,
): Answer<T> {
  const [answer, put] = useState<{ key: string; value: T | null; error: Refusal | null }>({
    key,
    value: null,
    error: null,
  });
  const [turn, setTurn] = useState(0);
  const { streams } = useLive();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const again = () => setTurn((n) => n + 1);

  // `ask` is another function in each drawing; `key` says what it asks.
  useEffect(() => {
    const stop = new AbortController();
    ask(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) put({ key, value, error: null });
      },
      (error: unknown) => {
        if (!stop.signal.aborted)
          put((before) => ({
            key,
            value: before.key === key ? before.value : null,
            error: Refusal.from(error),
          }));
      },
    );
    return () => stop.abort();
  }, [account, key, turn, streams]);

  useEvents(account, ({ type }) => {
    if (!types.includes(type) || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      again();
    }, TOGETHER_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  const isOf = answer.key === key;
  return { value: isOf ? answer.value : null, error: isOf ? answer.error : null, again };
}
