// fleet.*: the account as one that any machine of a fleet may run.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { fleetMethods } from '../../../protocol/methods/fleet.js';
import type { Account } from '../../account.js';
import { refuseWhenEnding } from '../ready-client.js';

export interface FleetHandling {
  /** Names the machine that may take the account once this daemon has ended. */
  handOver(to: string | undefined): void;
  /**
   * Whether an agent of this machine is there; null: no agent publishes a machine, so nothing is known of any.
   * @throws (rejects) Fault fleet_unreachable, fleet_refused
   */
  hasMachine(name: string): Promise<boolean | null>;
}

export const fleetHandlers = (
  { actor }: Account,
  fleet: FleetHandling | null,
): Handlers<typeof fleetMethods> => ({
  'fleet.handOver': async ({ to }) => {
    if (fleet === null) throw new Fault('no_fleet');
    refuseWhenEnding(actor.state);
    // No other machine may take the account before the lease that is given to `to` has expired.
    const isThere = to === undefined ? null : await fleet.hasMachine(to);
    if (isThere === false)
      throw new Fault('no_such_machine', { reason: `No agent of a machine ${to} is in the fleet.` });
    refuseWhenEnding(actor.state);
    fleet.handOver(to);
    actor.post({ type: 'shutdown', logout: false });
    return {
      success: true,
      message:
        to === undefined
          ? 'The account goes to whichever machine takes it.'
          : `The account goes to ${to}${isThere === null ? ' (not checked: no machine has an agent)' : ''}.`,
      timestamp: new Date().toISOString(),
    };
  },
});
