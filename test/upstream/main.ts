// The program of scripts/upstream-suite: runs the test suite of whatsapp-web.js on the installed library, in front of the simulator
// or of WhatsApp Web's own page.
import { parseArgs } from 'node:util';
import { UsageError } from './checkout.js';

const HELP = `scripts/upstream-suite FOLDER [--real-page DIR] [--as-is] [--only FILE] [--grep TEXT]

Runs the test suite of whatsapp-web.js on the installed whatsapp-web.js, in a real Chromium, against the simulator. FOLDER
is a checkout of whatsapp-web.js, or its tests folder. mocha, chai, chai-as-promised and sinon are taken from the
checkout's node_modules, or from those here:
    npm install --no-save mocha chai@4 chai-as-promised@7 sinon

  --real-page DIR
               on WhatsApp Web's own page, whose modules are in DIR (test/real-page), instead of the simulator
  --as-is      without the adaptations of test/upstream/adaptations.ts
  --only FILE  one file of the suite, such as structures/group.js
  --grep TEXT  only tests whose full name has this in it
  --help

Some five minutes. The last line is "N passed, N failed". Exit status: 0 all passed, 1 something failed, 64 usage.`;

const EXIT_USAGE = 64;

async function main(): Promise<number> {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'as-is': boolean, 'real-page': string, only: string, grep: string, help: boolean },
  });
  if (values.help) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new UsageError('one folder is required');
  // Loaded late, because library and simulator take a second to load and --help needs neither.
  const { runSuite } = await import('./suite.js');
  return runSuite({
    folder,
    adapted: !values['as-is'],
    ...(values['real-page'] === undefined ? {} : { modules: values['real-page'] }),
    ...(values.only === undefined ? {} : { only: values.only }),
    ...(values.grep === undefined ? {} : { grep: values.grep }),
  });
}

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error: Error) => {
    process.stderr.write(`upstream-suite: ${error.message}\n`);
    // parseArgs throws TypeError for wrong options.
    process.exitCode = error instanceof UsageError || error instanceof TypeError ? EXIT_USAGE : 1;
  },
);
