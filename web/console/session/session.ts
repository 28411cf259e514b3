// What every view uses: the requests, the caller, and the live data.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { MethodName } from '../../../src/protocol/types.js';
import type { Api } from '../http/api.js';
import type { Live } from '../live/live.js';
import { type Caller, may } from './caller.js';

export interface Session {
  readonly api: Api;
  readonly caller: Caller;
  readonly live: Live;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session & { may(method: MethodName): boolean } {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('no session above this component');
  return { ...session, may: (method) => may(session.caller, method) };
}
