// What is seen of the leases of a fleet.
import t from 'tap';
import { type Holding, wasLost } from '../../../src/fleet/holders.js';

t.test('a lease is lost when another daemon has it without its having been given back', (t) => {
  const free: Holding = { is: 'free' };
  const by = (is: 'held' | 'given' | 'lost', daemon: string): Holding => ({ is, machine: 'a', daemon });
  for (const [before, after, lost] of [
    [free, by('held', '1'), false],
    [by('held', '1'), by('held', '1'), false],
    [by('held', '1'), by('given', '1'), false],
    [by('given', '1'), by('held', '2'), false],
    [by('held', '1'), by('held', '2'), true],
    [by('lost', '1'), by('held', '2'), true],
    [by('lost', '1'), by('given', '2'), true],
    // Nothing was heard of it for a while.
    [by('held', '1'), by('lost', '1'), false],
    [by('lost', '1'), by('held', '1'), false],
    [by('lost', '1'), by('given', '1'), false],
    [by('lost', '1'), free, false],
  ] as const)
    t.equal(wasLost(before, after), lost, `${JSON.stringify(before)}, ${JSON.stringify(after)}`);
  t.end();
});
