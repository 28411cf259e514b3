/** The exit status of wactl is the one of the fault's row, except for a write whose answer was lost. */
import t from 'tap';
import { EXITS, exitOf } from '../../../src/cli/exit.js';
import { Fault } from '../../../src/protocol/fault.js';
import { FAULTS, type FaultKind } from '../../../src/protocol/fault-table.js';

t.test('each fault has the status of its row, and --help explains each status', async (t) => {
  const statuses = EXITS.map(([status]) => status);
  for (const kind of Object.keys(FAULTS) as FaultKind[]) {
    t.equal(exitOf(new Fault(kind)), FAULTS[kind].exit, kind);
    t.ok(
      statuses.includes(FAULTS[kind].exit) || FAULTS[kind].exit > 63,
      `${kind}: its status is explained in --help, or used by the daemon only`,
    );
  }
});

t.test(
  'a write without an answer exits 6, whatever the fault, and the end of a wait keeps its own status',
  async (t) => {
    for (const [kind, status] of [
      ['connection_lost', 6],
      ['deadline_exceeded', 6],
      ['page_error', 6],
      ['wait_expired', 8],
      ['interrupted', 130],
    ] as const)
      t.equal(exitOf(new Fault(kind, { outcome: 'unknown' })), status, kind);
    t.equal(exitOf(new Fault('connection_lost', { outcome: 'none' })), FAULTS.connection_lost.exit);
  },
);
