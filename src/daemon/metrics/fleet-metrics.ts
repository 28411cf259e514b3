// Metrics of a daemon in a fleet. A daemon without `[fleet]` does not register them, so a rule that reads them is quiet there.
// What is not known, as while NATS does not answer, has no sample: 0 would say that nothing waits.
import { Gauge, type Registry } from 'prom-client';
import { countersOf } from './counter.js';

export interface FleetValues {
  /** Null without the lease. */
  readonly epoch: number | null;
  /** Messages of the account in the stream of sends; null: unknown. */
  readonly sendsInStream: number | null;
  /** Those of them that are in the outbox of this machine. */
  readonly sendsAccepted: number;
  /** Null: unknown, or another machine publishes. */
  readonly eventsBehind: number | null;
  /** When the newest copy of the profile was made, ms since 1970; 0: there is none. Null: unknown, or copies are not made. */
  readonly newestCopyMs: number | null;
  /** 0: a running account is not copied. */
  readonly copyEveryMs: number;
}

export interface FleetCounters {
  /** A copy of the running account. */
  copied(outcome: 'stored' | 'failed'): void;
  renewed(outcome: 'confirmed' | 'failed'): void;
}

export function fleetCounters(registry: Registry): FleetCounters {
  const counter = countersOf(registry);
  const copies = counter({
    name: 'wad_fleet_copies_total',
    help: 'Copies of the running account for other machines, by outcome.',
    labels: { outcome: ['stored', 'failed'] },
  });
  const renewals = counter({
    name: 'wad_fleet_lease_renewals_total',
    help: 'Renewals of the lease, by whether NATS confirmed them.',
    labels: { outcome: ['confirmed', 'failed'] },
  });
  return { copied: (outcome) => copies({ outcome }), renewed: (outcome) => renewals({ outcome }) };
}

/** @returns a function that writes the current values into the registry, for the next scrape */
export function fleetGauges(registry: Registry): (now: FleetValues) => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const held = gauge('wad_fleet_lease_held', '1 while this machine has the account; 0 while it stands by.');
  const epoch = gauge('wad_fleet_lease_epoch', 'Epoch of the lease of this machine; 0 while it stands by.');
  const inStream = gauge(
    'wad_fleet_sends_in_stream',
    'Messages of the account in the stream of sends: not accepted yet, or accepted and not sent yet.',
  );
  const accepted = gauge(
    'wad_fleet_sends_accepted',
    'Messages in the stream of sends that the outbox of this machine has accepted.',
  );
  const behind = gauge(
    'wad_fleet_events_behind',
    'How many cursors the stream of events is behind the journal.',
  );
  const copy = gauge(
    'wad_fleet_copy_timestamp_seconds',
    'When the newest copy of the profile for other machines was made; 0 without one.',
  );
  const copyEvery = gauge(
    'wad_fleet_copy_interval_seconds',
    'How often a running account is copied, by the configuration; 0 if it is not.',
  );
  const set = (to: Gauge, value: number | null): void => (value === null ? to.remove() : to.set(value));
  return (now) => {
    held.set(Number(now.epoch !== null));
    epoch.set(now.epoch ?? 0);
    set(inStream, now.sendsInStream);
    accepted.set(now.sendsAccepted);
    set(behind, now.eventsBehind);
    set(copy, now.newestCopyMs === null ? null : now.newestCopyMs / 1_000);
    copyEvery.set(now.copyEveryMs / 1_000);
  };
}
