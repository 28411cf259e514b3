// Prints the accounts and machines of a fleet.
import type { AccountView, FleetView, MachineView } from '../fleet.js';
import { table } from './table.js';
import { when } from './time.js';

function stateOf({ run, machine, refused }: AccountView): string {
  if (machine !== null) return run ? 'held' : 'stopping';
  if (!run) return 'stopped';
  return Object.keys(refused).length > 0 ? 'refused' : 'waiting';
}

function noteOf({ placement: { labels, prefer, forbid }, refused }: AccountView): string {
  const [reason] = Object.values(refused);
  return [
    ...(labels.length > 0 ? [`needs ${labels.join(', ')}`] : []),
    ...(prefer.length > 0 ? [`prefers ${prefer.join(', ')}`] : []),
    ...(forbid.length > 0 ? [`not on ${forbid.join(', ')}`] : []),
    ...(reason === undefined ? [] : [reason]),
  ].join('; ');
}

/** A line for each account; nothing when there is none. @param accounts printable */
export const renderFleetAccounts = (accounts: readonly AccountView[]): string =>
  table(
    ['ACCOUNT', 'STATE', 'MACHINE', 'SINCE', 'NOTE'],
    accounts.map((one) => [...[one.account, stateOf(one), one.machine ?? '', when(one.since), noteOf(one)]]),
  );

function conditionOf({ alive, draining }: MachineView): string {
  if (!alive) return 'lost';
  return draining ? 'draining' : 'ok';
}

/** A line for each machine; nothing when there is none. @param machines printable */
export const renderMachines = (machines: readonly MachineView[]): string =>
  table(
    ['MACHINE', 'STATE', 'ACCOUNTS', 'ROOM', 'FREE MEMORY', 'LABELS', 'VERSION', 'SINCE'],
    machines.map((one) => [
      ...[one.machine, conditionOf(one), String(one.accounts.length), String(one.room ?? '')],
      one.memoryFreeMb === null ? '' : `${one.memoryFreeMb} MB`,
      ...[one.labels.join(','), one.version ?? '', when(one.since)],
    ]),
  );

/** Machines, then accounts. @param view printable */
export function renderFleet({ accounts, machines }: FleetView): string {
  const lists = [renderMachines(machines), renderFleetAccounts(accounts)];
  return lists.filter((text) => text !== '').join('\n');
}
