// The program of scripts/soak: reads its options, prints a line for each fault, and exits with 1 when
// anything was wrong.
import { parseArgs } from 'node:util';
import { soak } from './soak.js';

const HELP = `scripts/soak [--seed N] [--faults N] [--minutes N]

Makes random faults of the table (test/faults), sometimes two at once, on a daemon with the simulator and a
real Chromium. At the end the account must be ready over the same link, with no session lost, memory within 10 % from
minute 10 on (of runs of half an hour and longer), and no unhandled rejection.

  --seed N      the same seed gives the same faults; default: the current time
  --faults N    ends after this many faults (500)
  --minutes N   or after this many minutes (120)
  --help

Exit status: 0 success, 1 failure, 64 usage.`;

const EXIT_USAGE = 64;
const whole = (text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(value) || value < 0) throw new TypeError(`"${text}" is no whole number`);
  return value;
};

async function main(): Promise<number> {
  let options: { seed: number; faults: number; minutes: number };
  try {
    const string = { type: 'string' } as const;
    const { values } = parseArgs({
      options: { seed: string, faults: string, minutes: string, help: { type: 'boolean' } },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    options = {
      seed: whole(values.seed, Date.now() % 1_000_000),
      faults: whole(values.faults, 500),
      minutes: whole(values.minutes, 120),
    };
  } catch (error) {
    console.error(`scripts/soak: ${(error as Error).message}\n\n${HELP}`);
    return EXIT_USAGE;
  }
  console.log(`seed ${options.seed}: at most ${options.faults} faults, ${options.minutes} minutes`);
  const report = await soak({ ...options, say: (line) => console.log(line) });
  const { medianS, maxS } = report.recovery;
  console.log(
    `${report.faults} faults; ready again after ${medianS.toFixed(1)} s (median), ${maxS.toFixed(1)} s at most`,
  );
  if (report.memory) console.log(`memory: ${report.memory.early} MB early, ${report.memory.late} MB late`);
  for (const wrong of report.wrong) console.log(`wrong: ${wrong}`);
  console.log(report.wrong.length === 0 ? 'all is well' : `failed; repeat with --seed ${options.seed}`);
  return report.wrong.length === 0 ? 0 : 1;
}

process.exitCode = await main();
