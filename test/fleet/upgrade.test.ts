// A rolling upgrade of three machines, an upgrade that is bad, and the loss of a machine, as a program of an operator sees them: real
// agents, real daemons and browsers, a real NATS server. bench/fleet-upgrade.mjs plays the same with more accounts, and has the
// figures.
import t, { type Test } from 'tap';
import { type Figures, FleetProgram } from '../harness/fleet-program.js';
import { upgrade } from '../harness/fleet-upgrade.js';
import { FleetWorld, MACHINES } from '../harness/fleet-world.js';

t.setTimeout(400_000);

const LEASE_S = 6;
/** A lease, and a start on a slow machine. */
const BACK_MS = 60_000;
const CANARY = 'shop0';

/** Everything is accepted, and what is accepted arrives once. */
function isWhole(t: Test, figures: Figures): void {
  t.match(figures, { refused: 0, lost: 0, twice: 0, heardTwice: 0 });
  t.ok(figures.sends > 0);
  t.comment(JSON.stringify(figures));
}

t.test('machines are upgraded one after another, and one is lost', async (t) => {
  const world = await FleetWorld.make(t, { leaseSeconds: LEASE_S });
  for (const machine of ['m1', 'm1', 'm2']) await world.link(machine);
  const watched = async (act: () => Promise<unknown>): Promise<Figures> => {
    const program = new FleetProgram(world);
    await program.begin();
    await act();
    return program.end();
  };

  await t.test('each machine is drained, and its accounts are ready elsewhere before it ends', async (t) => {
    const figures = await watched(async () => {
      const { status, stderr, upgraded } = await upgrade(world, { canary: CANARY, machines: MACHINES });
      t.equal(status, 0, stderr);
      t.same(upgraded, MACHINES);
      t.match(stderr, /^wactl: shop1: ready on m[23]$/m);
    });
    isWhole(t, figures);
    t.equal(figures.unheard, 0, 'every message of a person is an event');
    t.equal((await world.places()).get(CANARY), 'm3');
  });

  await t.test('a bad upgrade stops at its first machine, with one account', async (t) => {
    const env = { WAD_BROWSER_PATH: '/bin/false' };
    const bad = { canary: CANARY, machines: MACHINES, env, waitSeconds: 8 };
    const { status, stderr, upgraded } = await upgrade(world, bad);
    t.equal(status, 8, stderr);
    t.match(stderr, /not within 8 s.*shop0 is (\w+ on m1|on no machine)/);
    t.same(upgraded, ['m1']);
    t.ok(
      [...(await world.places())].every(
        ([name, place]) => name === CANARY || (place !== 'm1' && place !== null),
      ),
      'the others are elsewhere',
    );
    // Back to the good version: what does not become ready can be given away.
    await world.machine('m2').wactl('fleet', 'drain', 'm1');
    await world.ready();
    await world.machine('m1').stop();
    world.machine('m1').start();
    await world.machine('m2').wactl('fleet', 'undrain', 'm1');
  });

  await t.test(
    'the accounts of a machine that is lost are ready elsewhere within a lease and a start',
    async (t) => {
      const places = await world.places();
      const lost = places.get(CANARY) ?? '';
      const figures = await watched(async () => {
        await world.machine(lost).lose();
        await world.ready(world.subjects, BACK_MS);
      });
      isWhole(t, figures);
      t.not((await world.places()).get(CANARY), lost);
    },
  );
  t.equal(world.conflicts(), 0, 'no two pages of one session');
});
