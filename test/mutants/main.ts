// Makes each change of the table, one at a time, and reports whether a test noticed it. See scripts/mutants.
import { parseArgs } from 'node:util';
import { nameOf } from './mutant.js';
import { MUTANTS } from './table.js';
import { Workshop } from './workshop.js';

/** The run fails when a smaller share of changes is noticed. */
const ENOUGH = 0.92;

const USAGE = `scripts/mutants [--only TEXT] [--list]

Makes each change of test/mutants/table.ts in a copy of the checkout, one at a time, and runs the tests that must fail on
it. A change with which all of them pass has survived: a test is missing. A change whose text is no longer in the source
is gone, and its row must be adapted.

  --only TEXT   changes whose file or text contains it; may be given more than once
  --list        only lists the changes

Exit status: 0 when ${ENOUGH * 100} % are noticed, none is gone and no test fails without a change, else 1.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const mutants = MUTANTS.filter((mutant) =>
    (values.only ?? ['']).some((text) => nameOf(mutant).includes(text)),
  );
  if (values.list) {
    for (const mutant of mutants) console.log(nameOf(mutant));
    return 0;
  }
  await using workshop = new Workshop();
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`interrupted by ${signal}`)));
  });
  const failing = new Set<string>();
  const ends = { noticed: 0, survived: 0, gone: 0 };
  const all = async (): Promise<void> => {
    // A test that fails without a change proves nothing.
    for (const test of new Set(mutants.flatMap(({ tests }) => tests))) {
      if ((await workshop.run(test)).passed) continue;
      failing.add(test);
      console.log(`fails without any change and is not used: test/${test}.test.ts`);
    }
    for (const { tests, ...mutant } of mutants) {
      const found = await workshop.try({ ...mutant, tests: tests.filter((test) => !failing.has(test)) });
      ends[found.end] += 1;
      console.log(
        `${found.end.padEnd(8)} ${nameOf({ ...mutant, tests })}${found.end === 'noticed' ? ` (${found.by})` : ''}`,
      );
    }
  };
  await Promise.race([all(), interrupted]);
  const made = ends.noticed + ends.survived;
  const share = made === 0 ? 0 : ends.noticed / made;
  console.log(
    `\n${ends.noticed} of ${made} changes noticed (${(100 * share).toFixed(1)} %), ${ends.gone} gone`,
  );
  return share >= ENOUGH && ends.gone === 0 && failing.size === 0 ? 0 : 1;
}

process.exitCode = await main();
