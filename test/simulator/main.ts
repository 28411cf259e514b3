#!/usr/bin/env node
/**
 * The simulator as a program: it prints one line of JSON when it is ready, and runs until SIGTERM or SIGINT.
 */
import { parseArgs } from 'node:util';
import { GENERATIONS, type Generation } from './generations.js';
import { parseKnobs } from './knob-value.js';
import { KNOBS, type Knob } from './knobs.js';
import { Simulator } from './simulator.js';

const USAGE = 64;

const HELP = `usage: node build/test/simulator/main.js [options]

  --generation G       one of ${Object.keys(GENERATIONS).join(', ')} (default 2026-04)
  --set knob=value     as often as you like; lists are separated by commas
  --port P             TLS port of the page (default: a free one)
  --control-port P     port of the HTTP control API (default: a free one)
  --knobs              list the knobs and leave
  --help

Prints one line of JSON when it is up: port, control, chromiumArgs, generation, pid. Ends on SIGTERM or SIGINT.
`;

function port(word: string | undefined): number {
  if (word === undefined) return 0;
  const number = Number(word);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new RangeError(`"${word}" is no port`);
  return number;
}

function listKnobs(): string {
  const rows: [string, Knob][] = Object.entries(KNOBS);
  return rows
    .map(([name, knob]) => {
      const kind = knob.kind === 'choice' ? knob.choices.join('|') : knob.kind;
      return `${name} (${kind}, ${JSON.stringify(knob.value)}): ${knob.doc}\n`;
    })
    .join('');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      generation: { type: 'string', default: '2026-04' },
      set: { type: 'string', multiple: true, default: [] },
      port: { type: 'string' },
      'control-port': { type: 'string' },
      knobs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (values.knobs) return void process.stdout.write(listKnobs());
  const simulator = await Simulator.start({
    generation: values.generation as Generation,
    knobs: parseKnobs(values.set),
    port: port(values.port),
    controlPort: port(values['control-port']),
  });
  const end = () => void simulator.close().then(() => process.exit(0));
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  const { port: tlsPort, control, chromiumArgs, generation } = simulator;
  process.stdout.write(
    `${JSON.stringify({ port: tlsPort, control, chromiumArgs, generation, pid: process.pid })}\n`,
  );
}

main().catch((error: Error) => {
  process.stderr.write(`simulator: ${error.message}\n`);
  // parseArgs throws TypeError; knobs, generations and ports have their own errors. Other errors are not
  // usage errors.
  const usage = error.name === 'KnobError' || error instanceof RangeError || error instanceof TypeError;
  process.exit(usage ? USAGE : 1);
});
