// fleet.*: the account as one that any machine of a fleet may run.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { fleetMethods } from '../../../protocol/methods/fleet.js';
import type { Account } from '../../account.js';
import { refuseWhenEnding } from '../ready-client.js';

export interface FleetHandling {
  /** Names the machine that may take the account once this daemon has ended. */
  handOver(to: string | undefined): void;
}

export const fleetHandlers = (
  { actor }: Account,
  fleet: FleetHandling | null,
): Handlers<typeof fleetMethods> => ({
  'fleet.handOver': ({ to }) => {
    if (fleet === null) throw new Fault('no_fleet');
    refuseWhenEnding(actor.state);
    fleet.handOver(to);
    actor.post({ type: 'shutdown', logout: false });
    return {
      success: true,
      message: `The account goes to ${to ?? 'whichever machine takes it'}.`,
      timestamp: new Date().toISOString(),
    };
  },
});
