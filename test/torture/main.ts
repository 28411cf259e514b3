// The program of scripts/torture: reads its options, runs, and exits with 1 when a message was lost, doubled
// or out of order.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GENERATIONS, generationNamed } from '../simulator/generations.js';
import { parseKnobs } from '../simulator/knob-value.js';
import { KILLS, type Kill, type TortureOptions, torture } from './torture.js';

const HELP = `scripts/torture [--generation NAME] [--seed N] [--kills N] [--only KIND,…] [--messages N] [--clients N]
                [--contacts N] [--set KNOB=VALUE]… [--keep DIR]

Kills daemon, browser and renderer (kill -9) and cuts the page's connection at random times, while clients send with keys
and each recipient answers, with the simulator and a real Chromium. In the end each accepted message
must have arrived once, in order per sender and chat, and a consumer must have received each answer once.

  --generation NAME  the build of WhatsApp Web: ${Object.keys(GENERATIONS).join(', ')} (2026-09)
  --set KNOB=VALUE   a knob of the simulator in addition to the build's; may be given more than once. With
                     resendsAtLogin=true the page resends messages without an ack at login. test/simulator/knobs.ts
                     lists all knobs
  --seed N           the same seed gives the same sends and kills in the same order; default: the current time
  --kills N          the number of kills (200)
  --only KIND,…      the kinds of kills: ${KILLS.join(', ')}; default: all of them
  --messages N       the number of messages that are sent, and answered (1000)
  --clients N        the number of simultaneous senders (8)
  --contacts N       the number of recipients (4, at most 10)
  --keep DIR         where a failed run saves logs, database, profile, and the messages that were sent and received
                     (default: a folder in the temporary directory, which is printed)
  --help

A kill takes some five seconds. Exit status: 0 success, 1 failure, 64 usage.`;

const EXIT_USAGE = 64;

function optionsOf(args: readonly string[]): Omit<TortureOptions, 'say'> | null {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ generation: string, seed: string, kills: string, only: string, messages: string },
      ...{ clients: string, contacts: string, keep: string, help: { type: 'boolean' } },
      set: { ...string, multiple: true },
    },
  });
  if (values.help) return null;
  const whole = (
    text: string | undefined,
    otherwise: number,
    { least = 1, most = 1_000_000 } = {},
  ): number => {
    const value = text === undefined ? otherwise : Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new RangeError(`"${text}" is no whole number from ${least} to ${most}`);
    return value;
  };
  return {
    generation: generationNamed(values.generation ?? '2026-09'),
    knobs: parseKnobs(values.set ?? []),
    seed: whole(values.seed, Date.now() % 1_000_000, { least: 0 }),
    kills: whole(values.kills, 200, { least: 0 }),
    only: values.only === undefined ? KILLS : values.only.split(',').map(killNamed),
    messages: whole(values.messages, 1_000),
    clients: whole(values.clients, 8),
    contacts: whole(values.contacts, 4, { most: 10 }),
    keep: values.keep ?? join(tmpdir(), `wad-torture-${process.pid}`),
  };
}

function killNamed(name: string): Kill {
  const found = KILLS.find((kill) => kill === name);
  if (found === undefined) throw new RangeError(`there is no kind of kill "${name}"`);
  return found;
}

async function main(): Promise<number> {
  let options: Omit<TortureOptions, 'say'> | null;
  try {
    options = optionsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`scripts/torture: ${(error as Error).message}\n\n${HELP}`);
    return EXIT_USAGE;
  }
  if (options === null) {
    console.log(HELP);
    return 0;
  }
  const set = Object.entries(options.knobs ?? {}).map(([knob, value]) => `${knob}=${value}`);
  const say = (text: string) => console.log(`${new Date().toISOString()}  ${text}`);
  say(
    `seed ${options.seed}: ${options.kills} kills, ${options.messages} messages on ${[options.generation, ...set].join(' ')}`,
  );
  const report = await torture({ ...options, say }).catch((error: unknown) => {
    say(`what it was is in ${options.keep}; again by --seed ${options.seed}`);
    throw error;
  });
  for (const one of report.wrong) say(`wrong: ${one}`);
  const kills = Object.entries(report.kills).map(([kill, n]) => `${n} ${kill}`);
  say(`ended: ${kills.join(', ')}; ${Math.round(report.tookMs / 1000)} s`);
  say(`${report.accepted} accepted, ${report.arrived} arrived, ${report.repeated} were transmitted again`);
  say(`${report.answers} answers, ${report.reported} reported`);
  say(
    report.wrong.length === 0
      ? 'each once, in order'
      : `failed: see ${options.keep}; repeat with --seed ${options.seed}`,
  );
  return report.wrong.length === 0 ? 0 : 1;
}

process.exit(await main());
