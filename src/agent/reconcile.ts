// What an agent does next: from what is wanted, who holds each lease, which machines live, and which daemons this machine has.
// Level-triggered: it uses the present state only, not the events that led to it, so a lost event or a new agent changes nothing.
// Pure. All times are of the monotonic clock, in ms.
import type { AccountRecord } from '../fleet/accounts.js';
import { type Candidate, isPermitted, type Placement, placementOrder } from '../fleet/placement.js';

/** An account that is wanted, was removed by an operator, or has a configuration that cannot be used. */
export type Wanted =
  | { readonly is: 'wanted'; readonly record: AccountRecord; readonly configId: string }
  | { readonly is: 'unusable' }
  | { readonly is: 'removed' };

/** The holder of the lease. */
export type Holding =
  | { readonly is: 'held'; readonly machine: string; readonly daemon: string; readonly sinceMs: number }
  /** Given to one machine: others wait until it expires. */
  | { readonly is: 'reserved'; readonly machine: string; readonly sinceMs: number }
  | { readonly is: 'free'; readonly sinceMs: number };

/** The daemon of an account on this machine. */
export interface LocalUnit {
  readonly state: 'running' | 'stopping' | 'ended';
  readonly sinceMs: number;
  /** After an end by itself: not started again before. */
  readonly retryAtMs: number;
  /** Of the configuration with which it was started. */
  readonly configId: string;
}

export interface Situation {
  /** The name of this machine; `machines` contains it. */
  readonly me: string;
  readonly nowMs: number;
  /** Every account of which anything is known. */
  readonly accounts: ReadonlyMap<string, Wanted>;
  readonly leases: ReadonlyMap<string, Holding>;
  readonly machines: ReadonlyMap<string, Candidate>;
  readonly local: ReadonlyMap<string, LocalUnit>;
  /** Accounts that this machine gave away in a drain, and that are not ready elsewhere yet. */
  readonly awaited: ReadonlySet<string>;
  /** How many daemons may start, and how many accounts may be handed over, at a time. */
  readonly parallel: number;
}

export type Why =
  | 'first choice'
  | 'next choice'
  | 'held here'
  | 'new configuration'
  | 'not wanted'
  | 'moved'
  | 'drained'
  | 'held elsewhere'
  | 'not permitted here';

export interface Action {
  readonly do: 'start' | 'restart' | 'stop' | 'forget';
  readonly account: string;
  readonly why: Why;
}

/** The time between two choices. */
export const CHOICE_MS = 5_000;
/** How long a daemon stands by for a lease that another machine holds. */
export const STANDBY_MS = 30_000;
/** A daemon that takes longer to get a free lease does not keep others from starting. */
const START_MS = 30_000;

/** In the order of the accounts' names. */
export function reconcile(situation: Situation): readonly Action[] {
  const { accounts, local, leases, parallel } = situation;
  const names = [...new Set([...accounts.keys(), ...local.keys()])].sort();
  let starts = parallel - [...local].filter(([name, unit]) => isStarting(situation, name, unit)).length;
  const stopping = [...local].filter(([, { state }]) => state === 'stopping').map(([name]) => name);
  let moves = parallel - stopping.length;
  let drains = parallel - new Set([...stopping, ...situation.awaited]).size;
  const actions: Action[] = [];
  for (const account of names) {
    const wanted = accounts.get(account);
    // Nothing is known: servers that have lost everything are no reason to stop anything.
    if (wanted === undefined || wanted.is === 'unusable') continue;
    const holding: Holding = leases.get(account) ?? { is: 'free', sinceMs: situation.nowMs };
    const action = actionFor(situation, account, wanted, holding);
    if (action === null) continue;
    if (action.do === 'start' && --starts < 0) continue;
    // An operator's move of one account does not wait for the accounts of a drain.
    if (action.why === 'moved' && --moves < 0) continue;
    if (action.why === 'drained' && --drains < 0) continue;
    actions.push(action);
  }
  return actions;
}

function isStarting({ leases, nowMs }: Situation, account: string, { state, sinceMs }: LocalUnit): boolean {
  return state === 'running' && leases.get(account)?.is !== 'held' && nowMs - sinceMs < START_MS;
}

function actionFor(
  situation: Situation,
  account: string,
  wanted: Exclude<Wanted, { is: 'unusable' }>,
  holding: Holding,
): Action | null {
  const { me, nowMs, local } = situation;
  const unit = local.get(account);
  const act = (what: Action['do'], why: Why): Action => ({ do: what, account, why });
  const stop = (why: Why): Action | null => (unit?.state === 'running' ? act('stop', why) : null);

  if (wanted.is === 'removed' || !wanted.record.run) {
    if (unit?.state === 'ended') return act('forget', 'not wanted');
    return stop('not wanted');
  }
  const { record, configId } = wanted;
  const isRunning = unit?.state === 'running';
  const mayStart = !isRunning && unit?.state !== 'stopping' && nowMs >= (unit?.retryAtMs ?? 0);

  if (holding.is === 'held' && holding.machine !== me) {
    if (unit?.state === 'ended') return act('forget', 'held elsewhere');
    const stoodBy = unit === undefined ? 0 : nowMs - Math.max(unit.sinceMs, holding.sinceMs);
    return stoodBy >= STANDBY_MS ? stop('held elsewhere') : null;
  }
  if (holding.is === 'held') {
    const why = leavingFor(situation, account, record, holding.daemon);
    if (why !== null) return stop(why);
    if (isRunning && unit.configId !== configId) return act('restart', 'new configuration');
    return mayStart ? act('start', 'held here') : null;
  }
  if (isRunning) {
    if (!permits(situation, record.placement)) return stop('not permitted here');
    return unit.configId === configId ? null : act('restart', 'new configuration');
  }
  if (!mayStart || (holding.is === 'reserved' && holding.machine !== me)) return null;
  const choice = placementOrder(account, record.placement, situation.machines).indexOf(me);
  if (choice === -1 || nowMs < holding.sinceMs + choice * CHOICE_MS) return null;
  return act('start', choice === 0 ? 'first choice' : 'next choice');
}

const permits = ({ me, machines }: Situation, placement: Placement): boolean => {
  const machine = machines.get(me);
  return machine === undefined || isPermitted(placement, me, machine);
};

/** Why this machine hands the account over; null: it keeps it. Never without another machine that takes it. */
function leavingFor(
  situation: Situation,
  account: string,
  { leave, placement }: AccountRecord,
  daemon: string,
): Why | null {
  const { me, machines } = situation;
  const isDraining = machines.get(me)?.draining === true;
  if (!isDraining && leave !== daemon) return null;
  const takers = placementOrder(account, placement, machines);
  if (isDraining) return takers.some((name) => name !== me) ? 'drained' : null;
  // A move to a machine that has gone in between is not done: the account stays.
  const [first] = takers;
  return first !== undefined && first !== me && first === placement.prefer[0] ? 'moved' : null;
}
