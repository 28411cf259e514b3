// A daemon of a fleet before it has its account: it opens the control socket, answers what needs no account, and waits for
// the lease. It has no store, no browser, and nothing of the profile is read.
import { randomUUID } from 'node:crypto';
import { Member } from '../../fleet/member.js';
import { openProfileStore } from '../../fleet/profile-store.js';
import type { DaemonLog } from '../../log/log.js';
import { Fault } from '../../protocol/fault.js';
import type { Closers } from '../closers.js';
import type { Doors } from '../doors.js';
import type { FleetValues } from '../metrics/fleet-metrics.js';
import type { Service } from '../service.js';
import type { Settings } from '../settings.js';
import { fleetKeys, fleetSeal } from './fleet-key.js';
import { hostOf } from './host.js';
import { messageIds } from './message-ids.js';
import { standbyDispatch } from './standby-dispatch.js';
import { streamFacts, UNKNOWN } from './stream-facts.js';
import { Tenure } from './tenure.js';

export interface StandbyParts {
  readonly settings: Settings;
  readonly log: DaemonLog;
  readonly doors: Doors;
  /** What is opened here is closed there. */
  readonly closers: Closers;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Resolves when this machine may run the account.
 * @throws (rejects) Fault interrupted: a signal ended the wait. Fault fleet_mismatch, fleet_refused, wrong_key, clock_skew,
 * machine_taken, permission_denied, usage, lock_held
 */
export async function standBy(
  { settings, log, doors, closers }: StandbyParts,
  service: Pick<Service, 'stands' | 'extend'>,
): Promise<Tenure> {
  const { config, account, paths } = settings;
  const { fleet } = config;
  // Bad keys are found here, and not when the profile has to leave.
  if (fleet.profile === 'local') fleetKeys(config);
  const stop = new AbortController();
  const obey = (signal: NodeJS.Signals): void => {
    log.info('daemon.stopping', { signal, session: 'keep', why: 'it stands by' });
    stop.abort(new Fault('interrupted'));
  };
  for (const signal of SIGNALS) process.on(signal, obey);
  let member: Member | null = null;
  const holder = () => member?.holder?.machine ?? null;
  try {
    const values = (): Promise<FleetValues> => standbyValues(settings, member);
    await doors.openSocket(standbyDispatch({ settings, log, doors, holder, values }));
    service.stands();
    log.info('fleet.standby', { machine: fleet.machine, servers: [...fleet.servers] });
    const host = hostOf(paths.stateDir, fleet.profile === 'shared');
    const joining = { config: fleet, account, host, daemon: randomUUID(), log };
    const joined = await Member.open(joining, stop.signal);
    member = joined;
    await closers.add(() => joined.close());
    const idsFromKeys = await joined.ask(
      () =>
        messageIds({
          accounts: joined.objects.accounts,
          account,
          stateDir: paths.stateDir,
          seal: fleet.keyFile === null ? null : fleetSeal(config),
        }),
      stop.signal,
    );
    const lease = await joined.lease(stop.signal);
    const { extend } = service;
    const tenure = new Tenure({ settings, log, member: joined, lease, idsFromKeys, extend });
    await closers.add(() => tenure.leave());
    return tenure;
  } finally {
    for (const signal of SIGNALS) process.off(signal, obey);
  }
}

/** For a scrape. Copies are made by the machine that runs the account. */
async function standbyValues({ account, config }: Settings, member: Member | null): Promise<FleetValues> {
  const isCopied = config.fleet.profile === 'local';
  const facts =
    member === null
      ? UNKNOWN
      : await streamFacts({
          ...{ fleet: member.fleet, account },
          profiles: isCopied ? openProfileStore(member.fleet, member.objects.profiles) : null,
        });
  const copyEveryMs = isCopied ? config.fleet.snapshotHours * 3_600_000 : 0;
  return { ...facts, epoch: null, sendsAccepted: 0, eventsBehind: null, copyEveryMs };
}
