// Opens the fleet for `wactl fleet`: the only file of wactl that knows src/fleet/, which is a bundle of its own.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FleetView, Operator } from '../fleet/operator.js';
import type { Connection } from '../protocol/connection.js';
import { Fault } from '../protocol/fault.js';
import { printableIn } from './output.js';

export type { AccountView, FleetView, MachineView, Operator } from '../fleet/operator.js';

interface FleetBundle {
  readonly Operator: typeof Operator;
}

const LOOK_MS = 500;

/**
 * Runs `use` with an operator of the fleet.
 * @param servers as given with --server
 * @throws (rejects) Fault usage, bad_config, fleet_unreachable, fleet_refused, fleet_mismatch; those of `use`
 */
export async function withFleet<T>(
  servers: readonly string[],
  use: (operator: Operator) => Promise<T>,
): Promise<T> {
  let operator: Operator | undefined;
  try {
    operator = await opened(servers);
    return await use(operator);
  } catch (error) {
    throw ofThisBundle(error);
  } finally {
    await operator?.close();
  }
}

async function opened(servers: readonly string[]): Promise<Operator> {
  const bundle = pathToFileURL(fileURLToPath(new URL('fleet.cjs', import.meta.url))).href;
  const { Operator } = (await import(bundle)) as FleetBundle;
  return Operator.open({ servers, env: process.env });
}

/** The accounts that the fleet is to run, and those that a machine runs. @throws (rejects) as `withFleet` */
export const accountsOfFleet = (): Promise<readonly string[]> =>
  withFleet([], async (operator) => {
    const { accounts, machines } = await operator.view();
    return [
      ...new Set([...accounts.map(({ account }) => account), ...machines.flatMap((one) => one.accounts)]),
    ];
  });

/** A connection over NATS to the daemon of the account, wherever it runs. @throws (rejects) as `withFleet` */
export async function connectToAccount(account: string): Promise<Connection> {
  let operator: Operator;
  try {
    operator = await opened([]);
  } catch (error) {
    throw ofThisBundle(error);
  }
  const connection = operator.connection(account);
  void connection.closed.then(() => operator.close());
  const call: Connection['call'] = (...asked) =>
    connection.call(...asked).catch((error: unknown) => {
      throw ofThisBundle(error);
    });
  return {
    call,
    request: call as Connection['request'],
    closed: connection.closed,
    onEvent: (listener) => connection.onEvent(listener),
    close: () => connection.close(),
  };
}

/** The classes of another bundle are different classes: a fault is converted as for the wire. */
function ofThisBundle(error: unknown): unknown {
  const { toWire, name, message } = error as Partial<Fault>;
  if (toWire !== undefined) return Fault.fromWire(toWire.call(error as Fault));
  return name === 'ConfigError' ? new Fault('bad_config', { reason: message }) : error;
}

/** What `waitFor` says when the time is over. */
export interface Waited {
  /** What was waited for. */
  readonly until: string;
  /** What has not happened yet, after a separator; may be empty. */
  readonly rest: () => string;
  readonly timeoutMs: number;
}

/**
 * Looks until the fleet is as it should be.
 * @param isDone is given every look, printable
 * @throws (rejects) Fault wait_expired, with `until` as what was waited for, and `rest`
 */
export async function waitFor(
  operator: Operator,
  { until, rest, timeoutMs }: Waited,
  isDone: (view: FleetView) => Promise<boolean>,
): Promise<void> {
  for (const endMs = performance.now() + timeoutMs; ; ) {
    if (await isDone(printableIn(await operator.view()))) return;
    if (performance.now() + LOOK_MS > endMs)
      throw new Fault('wait_expired', {
        reason: `${until}: not within ${Math.round(timeoutMs / 1_000)} s; the agents continue${rest()}`,
        hint: 'wactl fleet status',
      });
    await sleep(LOOK_MS);
  }
}

/** The text of a configuration file. @throws Fault usage */
export function configText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new Fault('usage', { reason: `--config: ${(error as Error).message}`, hint: null });
  }
}
