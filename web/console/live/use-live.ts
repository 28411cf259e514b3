// Hooks that follow what happens.
import { useEffect, useReducer, useRef } from 'preact/hooks';
import type { WireEvent } from '../../../src/protocol/types.js';
import { useSession } from '../session/session.js';
import type { AccountLine } from './account-line.js';
import type { Live } from './live.js';

/** Draws the component again after each change of the list or the connection. */
export function useLive(): Live {
  const { live } = useSession();
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => live.watch(() => redraw(undefined as never)), [live]);
  return live;
}

/** Null when the token does not see this account, or there is none; undefined while that is unknown. */
export function useAccount(account: string): AccountLine | null | undefined {
  const { accounts } = useLive();
  return accounts === null ? undefined : (accounts.find((line) => line.account === account) ?? null);
}

/** Calls back with each event of an account. */
export function useEvents(account: string, listener: (event: WireEvent) => void): void {
  const { live } = useSession();
  const current = useRef(listener);
  current.current = listener;
  useEffect(
    () =>
      live.listen((event) => {
        if (event.account === account) current.current(event);
      }),
    [live, account],
  );
}
