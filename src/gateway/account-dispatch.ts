// Answers the methods of one account for one caller. Every route that calls a method comes through here, which compares
// the scopes of the token with the method's.
import type { Call, Dispatch, Peer } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { MethodRow } from '../protocol/method.js';
import { METHODS, type MethodName } from '../protocol/methods/index.js';
import type { EventType } from '../protocol/state.js';
import type { Answered } from '../protocol/types.js';
import { eventsOf } from './account-events.js';
import type { AccountLink } from './account-link.js';
import { type Caller, refuseScope } from './caller.js';

/** A call that ended. */
export interface Done {
  readonly method: MethodRow;
  readonly fault: Fault | null;
  readonly ms: number;
}

/** @param report called after each call of a known method */
export function accountDispatch(link: AccountLink, caller: Caller, report: (done: Done) => void): Dispatch {
  return async (name, params, call) => {
    const method: MethodRow | undefined = Object.hasOwn(METHODS, name)
      ? METHODS[name as keyof typeof METHODS]
      : undefined;
    if (method === undefined) throw new Fault('method_not_found');
    const startedAt = performance.now();
    const done = (fault: Fault | null): void => report({ method, fault, ms: performance.now() - startedAt });
    try {
      refuseScope(caller, method.scope, method.name);
      refuseOther(link, params);
      const answer = await ask(link, method, (params ?? {}) as Record<string, unknown>, { ...call, caller });
      // A file has hundreds of pieces: its end is reported.
      if (name !== 'media.put' || (answer as Answered<'media.put'>).file !== null) done(null);
      return answer;
    } catch (error) {
      const fault = ofDaemon(Fault.of(error));
      done(fault);
      throw fault;
    }
  };
}

/**
 * Checks calls that will follow, for a route that does something else before them.
 * @param report called with the first that is refused
 * @throws Fault not_permitted
 */
export function refuseScopes(
  names: readonly MethodName[],
  caller: Caller,
  report: (done: Done) => void,
): void {
  for (const name of names) {
    const method: MethodRow = METHODS[name];
    try {
      refuseScope(caller, method.scope, method.name);
    } catch (error) {
      report({ method, fault: Fault.of(error), ms: 0 });
      throw error;
    }
  }
}

/** A daemon asks for no token. Its word must not make a client believe that the gateway refused the client's. */
const ofDaemon = (fault: Fault): Fault =>
  fault.kind === 'unauthorized'
    ? new Fault('bad_answer', { reason: 'the daemon requires a token, which no daemon does', hint: null })
    : fault;

/** The account of the path counts. @throws Fault wrong_account: the parameters name another */
function refuseOther({ name }: AccountLink, params: unknown): void {
  const { account = name } = (params ?? {}) as { account?: unknown };
  if (account === name) return;
  throw new Fault('wrong_account', {
    reason: `the path names the account "${name}", and the parameters another; nothing was done`,
    more: { account: name },
  });
}

/** Methods that wait for something: each has a connection of its own, which ends with the request and with the token. */
const WAITING = ['session.wait', 'message.wait'];

async function ask(
  link: AccountLink,
  { name, effect }: MethodRow,
  params: Record<string, unknown>,
  { peer, signal, caller }: Call & { readonly caller: Caller },
): Promise<unknown> {
  const options = { signal, writes: effect === 'writes' };
  if (name === 'events.subscribe') return subscribe(link, params, peer);
  if (name === 'media.put') return link.put(peer.owner ?? peer, params, options);
  if (!WAITING.includes(name)) return link.call(name, params, options);
  const client = await link.alone();
  const end = (): void => void client.close();
  caller.closed.addEventListener('abort', end, { once: true });
  try {
    return await client.call(name, params, options);
  } finally {
    caller.closed.removeEventListener('abort', end);
    await client.close();
  }
}

/** What is read of the parameters here; the daemon knows and checks all of them. */
interface Place {
  readonly types?: readonly EventType[];
}

/** Sends the events to the peer, from where the daemon would begin, until the peer has gone. */
async function subscribe(link: AccountLink, params: Place, peer: Peer): Promise<{ after: number }> {
  const after = await beginning(link, params, peer);
  const send = async (): Promise<void> => {
    // The answer goes out first.
    await new Promise((resolve) => setImmediate(resolve));
    for await (const event of eventsOf(link, { begin: { after }, types: params.types }, peer.closed)) {
      if (!peer.notify('event', event)) return;
      await peer.drained();
    }
  };
  const release = peer.hold?.();
  // A stream without events would look like a quiet account. The listener connects again, and gets the reason.
  const lost = new Fault('connection_lost', { reason: 'the account has gone', hint: null });
  void send()
    .then(
      () => peer.end?.(lost),
      (error: unknown) => peer.end?.(Fault.of(error)),
    )
    .finally(() => release?.());
  return { after };
}

/** The daemon checks the parameters, and knows its consumers. */
async function beginning(link: AccountLink, params: Place, { closed }: Peer): Promise<number> {
  const client = await link.alone(closed);
  try {
    const options = { timeoutMs: 30_000, writes: false, signal: closed };
    const answer = await client.call('events.subscribe', params, options);
    const { after: begins } = answer as Answered<'events.subscribe'>;
    // It becomes the first id of the stream.
    if (!Number.isSafeInteger(begins))
      throw new Fault('bad_answer', { reason: 'the answer to events.subscribe has no cursor', hint: null });
    return begins;
  } finally {
    await client.close();
  }
}
