// The program of scripts/real-page: the product on WhatsApp Web's own page, with our server, a phone and people.
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { Home } from '../harness/home.js';
import { WACTL } from '../harness/wactl.js';
import type { Wad } from '../harness/wad.js';
import { Check } from './check.js';
import { RealWorld, startWad } from './world.js';

const HELP = `scripts/real-page --modules DIR [--check] [--lid] [--log]

Runs this checkout's wad on WhatsApp Web's own page, offline: the page's modules are read from DIR and served under the page's
name to a Chromium that finds nothing else, in front of our WhatsApp server (src/waserver). A phone links the account, and
Ana and Ben can be written to. Everything is in throw-away directories and is ended at the end.

Without --check it stays up until Ctrl-C, and prints the socket and what to try.

  --modules DIR  a folder with one file a module, __d("Name", [dependencies], function …): test/real-page/README.md
                 (default: $WAD_REAL_PAGE)
  --check        runs every command that makes sense there, and prints a table: ok, refused by name, or failed
  --lid          an account that WhatsApp has migrated to LIDs
  --log          prints the daemon's log
  --help

Exit status: 0 success, 1 something failed or the daemon ended by itself, 64 usage, 130 (128 and the number of the signal)
interrupted before it was ready or during --check.`;

const EXIT_USAGE = 64;

interface Options {
  readonly modules: string;
  readonly check: boolean;
  readonly lid: boolean;
  readonly log: boolean;
}

/** null: only help. @throws Error with words about the usage */
function optionsOf(args: readonly string[]): Options | null {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      modules: { type: 'string', default: process.env.WAD_REAL_PAGE ?? '' },
      ...{ check: flag, lid: flag, log: flag, help: flag },
    },
  });
  if (values.help) return null;
  if (values.modules === '') throw new Error('--modules DIR is missing');
  return values;
}

class Interrupted extends Error {
  readonly status: number;
  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.status = 128 + (constants.signals[signal] ?? 0);
  }
}

/** Rejects at the first signal. Later ones change nothing: everything is being closed then, within deadlines. */
function interruption(): Promise<never> {
  const happens = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => reject(new Interrupted(signal)));
  });
  happens.catch(() => undefined);
  return happens;
}

/** @throws Error with its last words, when the daemon ends */
async function ended(wad: Wad): Promise<never> {
  const { code, signal } = await wad.exited;
  throw new Error(`wad has ended by itself (${signal ?? `exit status ${code}`})\n${wad.tail(20)}`);
}

/** @param interrupted rejects */
async function play({ modules, check, lid, log }: Options, interrupted: Promise<never>): Promise<number> {
  let over: unknown;
  interrupted.catch((error: unknown) => {
    over = error;
  });
  console.log(`reading the page's modules in ${modules}`);
  await using world = await RealWorld.start({ modules, lid });
  await using home = await Home.make(world.site);
  const start = async () => {
    // The home is being removed.
    if (over !== undefined) throw over;
    const wad = await startWad(home);
    if (log) wad.child.stdout.pipe(process.stdout, { end: false });
    return wad;
  };
  let wad = await Promise.race([start(), interrupted]);
  console.log('wad runs; waiting for the code that the page shows');
  await Promise.race([wad.link(world.phone), ended(wad), interrupted]);
  console.log(`linked as ${world.phone.number}`);
  if (!check) {
    console.log(`
It is ready, and stays up until Ctrl-C. In another terminal:
  export WAD_SOCKET=${home.socket}
  node ${WACTL} status
  node ${WACTL} send ${world.ana.number} 'hello, Ana'
  node ${WACTL} events --follow
Ana (${world.ana.number}) answers every text. The page is at https://web.whatsapp.com/ for a browser with:
  ${world.site.chromiumArgs.join(' ')}`);
    world.ana.autoReply = ({ body, type }) => (type === 'chat' ? `Ana has read: ${body}` : undefined);
    return await Promise.race([interrupted, ended(wad)]).catch((error: unknown) => {
      if (error instanceof Interrupted) return 0;
      throw error;
    });
  }
  const checks = new Check(world, home, wad, ({ command, outcome, ms, says }) => {
    // Ends the checks.
    if (over !== undefined) throw over;
    console.log(`${outcome.padEnd(7)} ${String(ms).padStart(6)} ms  ${command}  ${says}`);
  });
  const restart = async () => {
    await wad.stop();
    wad = await start();
    await wad.until('ready');
    const codes = await wad.events('qr');
    if (codes.length > 0) throw new Error('the session was lost: it shows a code');
    return wad;
  };
  await Promise.race([checks.play(restart), interrupted]);
  console.log('\n| command | result |\n|---|---|');
  for (const { command, outcome, says } of checks.results)
    console.log(`| ${command} | ${outcome === 'ok' ? outcome : `${outcome}: ${says}`} |`);
  for (const problem of world.problems) console.log(`server: ${problem}`);
  const count = (outcome: string) => checks.results.filter((one) => one.outcome === outcome).length;
  console.log(`\n${count('ok')} ok, ${count('refused')} refused by name, ${count('failed')} failed`);
  const { code } = await wad.stop();
  if (code !== 0) console.log(`wad ended with ${code}`);
  return count('failed') === 0 && code === 0 ? 0 : 1;
}

let options: Options | null;
try {
  options = optionsOf(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`scripts/real-page: ${(error as Error).message}\nTry: scripts/real-page --help\n`);
  process.exit(EXIT_USAGE);
}
if (options === null) console.log(HELP);
else {
  process.exitCode = await play(options, interruption()).catch((error: Error) => {
    process.stderr.write(`scripts/real-page: ${error.message}\n`);
    return error instanceof Interrupted ? error.status : 1;
  });
}
