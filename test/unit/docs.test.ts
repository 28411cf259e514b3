/** The documentation matches the code: generated pages, tables, links, commands, and files for containers. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { DOCS, pages, stale } from '../../scripts/docs.js';
import { COMMANDS } from '../../src/cli/commands/rare.js';
import { EXITS } from '../../src/cli/exit.js';
import { GLOBALS } from '../../src/cli/globals.js';
import { ROWS } from '../../src/config/keys.js';
import { OPTIONS } from '../../src/daemon/flags.js';
import { alertHint } from '../../src/daemon/session/hint.js';
import { FAULTS } from '../../src/protocol/fault-table.js';
import { GATEWAY_METHODS } from '../../src/protocol/gateway/index.js';
import { METHODS } from '../../src/protocol/methods/index.js';
import { REASONS, STATES } from '../../src/protocol/state.js';
import { INSTALLS, LATE_SHIMS, SHIMS, VARIANTS } from '../../src/whatsapp/compat/index.js';
import { lacks } from '../harness/program.js';

t.test('the generated pages match the tables', async (t) => {
  // The tests run from build/test/unit and the script from build/scripts. Both use the same docs/.
  t.same(await stale(DOCS), [], 'otherwise: npm run docs');
  t.same(await stale(new URL('nowhere/', DOCS)), [...pages().keys()], 'a missing page counts as stale');
});

t.test('--check reports stale pages by its exit status', async (t) => {
  const script = fileURLToPath(new URL('../../scripts/docs.js', import.meta.url));
  const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  t.match(run('--check'), { status: 0, stderr: '' });
  const copy = t.testdir();
  t.match(run(copy), { status: 0 });
  t.match(run('--check', copy), { status: 0, stderr: '' });
  appendFileSync(join(copy, 'faults.md'), '\n');
  t.match(run('--check', copy), { status: 1, stderr: 'docs/faults.md is stale: npm run docs\n' });
});

t.test('every method, fault and key is documented, and every link resolves', async (t) => {
  const all = pages();
  const headings = new Map(
    [...all].map(([name, text]) => [
      name,
      new Set([...text.matchAll(/^#+ (.*)$/gm)].map((match) => match[1])),
    ]),
  );
  const without = (page: string, titles: readonly string[]) =>
    titles.filter((title) => !headings.get(page)?.has(title));
  t.same(without('rpc.md', Object.keys({ ...METHODS, ...GATEWAY_METHODS })), []);
  t.same(without('faults.md', Object.keys(FAULTS)), []);
  const keys = ROWS.map(({ name }) => name.split('.').at(-1));
  t.same(
    keys.filter((key) => !all.get('config.md')?.includes(`| \`${key}\` |`)),
    [],
  );
  const broken: string[] = [];
  const anchors = new Map(
    [...headings].map(([name, titles]) => [
      name,
      new Set(
        [...titles].map((title) =>
          title
            ?.toLowerCase()
            .replace(/[^\w\- ]/g, '')
            .replaceAll(' ', '-'),
        ),
      ),
    ]),
  );
  for (const [name, text] of all) {
    t.notMatch(text, /undefined|\[object|NaN/, `${name} shows no undefined value`);
    for (const [, page, heading] of text.matchAll(/\]\(([\w.]*)(?:#([\w-]+))?\)/g)) {
      const target = page || name;
      // The test of every link checks those to pages that are written by hand.
      if (heading && all.has(target) && !anchors.get(target)?.has(heading))
        broken.push(`${name} → ${target}#${heading}`);
    }
  }
  t.same(broken, []);
});

t.test('every file and test that a page names exists', async (t) => {
  const root = new URL('..', DOCS);
  const folders = [
    '',
    'src/',
    'test/',
    'test/e2e/',
    'docs/',
    'src/daemon/',
    'src/daemon/events/',
    'src/daemon/outgoing/',
  ];
  const endings = ['', '.ts', '.test.ts', '.md'];
  const missing: string[] = [];
  for (const page of ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/hazards.md', 'docs/drift.md']) {
    const text = (await readFile(new URL(page, root), 'utf8')).replace(/^```[\s\S]*?^```$/gm, '');
    for (const [, path = ''] of text.matchAll(/`([a-z][\w-]*(?:\/[\w.-]+)+\/?)`/g)) {
      const places = folders.flatMap((folder) => endings.map((ending) => `${folder}${path}${ending}`));
      const isThere = places.some((place) => existsSync(new URL(place, root)));
      if (!isThere && !path.includes('NNN')) missing.push(`${page}: ${path}`);
    }
  }
  t.same(missing, []);
});

t.test(
  'docs/lifecycle.md has every state and reason, docs/drift.md every repair of the tables',
  async (t) => {
    const page = (name: string) => readFile(new URL(name, DOCS), 'utf8');
    const [states = '', reasons = ''] = (await page('lifecycle.md')).split('\n## Reasons\n');
    const [table = ''] = reasons.split('\n## ');
    const missing = [
      ...STATES.filter((state) => !states.includes(`\n| \`${state}\` |`)),
      ...REASONS.filter((reason) => !table.includes(`\`${reason}\``)),
    ];
    t.same(missing, []);
    const drift = await page('drift.md');
    const ids = new Set(
      [SHIMS, LATE_SHIMS, VARIANTS, ...Object.values(INSTALLS)].flatMap((rows) => rows.map(({ id }) => id)),
    );
    t.same(
      [...ids].filter((id) => !drift.includes(`\n| ${id} |`)),
      [],
    );
    const files = await readdir(new URL('../src/whatsapp/compat/', DOCS));
    const repairs = files.flatMap((name) => /^d\d+/.exec(name) ?? []).map((name) => name.toUpperCase());
    t.same(
      [...new Set(repairs)].sort(),
      [...ids].sort(),
      'each file of whatsapp/compat/ is in a table of its index.ts',
    );
  },
);

t.test('the guard of each hazard cites its number', async (t) => {
  const rows = (await readFile(new URL('hazards.md', DOCS), 'utf8')).matchAll(
    /^\| (H\d+) \|[^|]*\|([^|]*)/gm,
  );
  const hazards = [...rows].map(([, number = '', guard = '']) => [number, guard] as const);
  t.same(
    hazards.map(([number]) => number),
    hazards.map((_, at) => `H${at + 1}`),
  );
  for (const [number, guard] of hazards) {
    const files = [...guard.matchAll(/`([\w-]+\/[\w/.-]+\.ts)`/g)].map(([, path = '']) => path);
    const texts = await Promise.all(
      files.map((path) => readFile(new URL(`../src/${path}`, DOCS), 'utf8').catch(() => '')),
    );
    t.ok(
      texts.some((text) => new RegExp(`\\b${number}\\b`).test(text)),
      `${number}: ${files.join(', ')}`,
    );
  }
});

t.test('docs/sending.md has every error of sending', async (t) => {
  const text = await readFile(new URL('sending.md', DOCS), 'utf8');
  const kinds = [
    ...METHODS['message.send'].faults,
    ...METHODS['media.put'].faults,
    'outcome_unknown',
    'send_failed',
  ];
  for (const kind of kinds) {
    const row = new RegExp(`^\\| \`${kind}\` \\| (\\d+) \\| `, 'm').exec(text);
    t.equal(Number(row?.[1]), FAULTS[kind as keyof typeof FAULTS].exit, kind);
  }
});

t.test(
  'docs/troubleshooting.md has every reason with its hint, and every hint of the table of faults',
  async (t) => {
    const text = await readFile(new URL('troubleshooting.md', DOCS), 'utf8');
    const rows = (heading: string) => {
      const from = text.indexOf(`## ${heading}`);
      const part = text.slice(from, text.indexOf('\n## ', from + 1));
      return new Map(
        [...part.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)].map(([, name = '', rest = '']) => [name, rest]),
      );
    };
    const reasons = rows('By reason');
    t.same([...reasons.keys()].sort(), [...REASONS].sort());
    const hints = rows('By hint');
    const general = alertHint('none', []);
    for (const reason of REASONS) {
      const hint = alertHint(reason, []);
      t.ok(hints.has(hint), `${hint} is in "By hint"`);
      // The general hint means that the reason has no hint of its own.
      if (hint !== general) t.ok(reasons.get(reason)?.includes(`\`${hint}\``), `${reason}: ${hint}`);
    }
    for (const { remedy } of Object.values(FAULTS))
      if (remedy !== null) t.ok(hints.has(remedy), `${remedy} is in "By hint"`);
  },
);

t.test('the four classic problems have an answer with a command', async (t) => {
  const text = await readFile(new URL('troubleshooting.md', DOCS), 'utf8');
  for (const problem of [
    'The client is not ready',
    'The connection keeps dropping',
    'The session is not kept after a restart',
    '"Session closed" while sending',
  ]) {
    const [, answer = ''] = text.split(`### ${problem}\n`);
    t.match(answer, /^\n```sh\nwa(ctl|d) /, problem);
  }
});

t.test('every command that a page shows exists', async (t) => {
  const names = [...COMMANDS.map(({ name }) => name), 'help'];
  for (const page of await written()) {
    const text = await readFile(new URL(page, DOCS), 'utf8');
    const shown = [...text.matchAll(/\bwactl (?:-[ao]\s?\w+ )*([a-z][a-z-]+)\b/g)].map(
      ([, name = '']) => name,
    );
    t.same(
      shown.filter((name) => !WORDS.has(name) && !names.includes(name)),
      [],
      page,
    );
  }
});

/** Words that may follow the program's name in prose. */
const WORDS = new Set(['and', 'has', 'is', 'of', 'or', 'never', 'prints', 'asks', 'must', 'with']);

const written = async (): Promise<string[]> => (await readdir(DOCS)).filter((name) => name.endsWith('.md'));

t.test('every link between pages resolves', async (t) => {
  const broken: string[] = [];
  for (const page of await written()) {
    const at = new URL(page, DOCS);
    const text = (await readFile(at, 'utf8')).replace(/^```.*?^```/gms, '');
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(target)) continue;
      await access(new URL(target, at)).catch(() => broken.push(`${page} → ${target}`));
    }
  }
  t.same(broken, []);
});

t.test('a part of wad in the comparison names a note, and each note is named in order', async (t) => {
  const text = await readFile(new URL('compare.md', DOCS), 'utf8');
  const own = [...text.matchAll(/^\| [^|]+ \| ((?:yes|part)[^|]*) \|/gm)].map(([, cell = '']) => cell);
  t.same(
    own.filter((cell) => !/^(?:yes|part \([a-z]\)|yes \([a-z]\))$/.test(cell)),
    [],
  );
  const named = own.flatMap((cell) => /\(([a-z])\)/.exec(cell)?.[1] ?? []);
  const notes = [...text.matchAll(/^([a-z])\. /gm)].map(([, letter]) => letter);
  t.same(notes, named);
  t.same(notes, ['a', 'b', 'c', 'd', 'e'].slice(0, notes.length));
});

t.test('the manual pages have every command, option, exit status and key', (t) => {
  const all = pages();
  const missing: string[] = [];
  const has = (page: string, word: string) => {
    if (!all.get(page)?.includes(`\\fB${word.replaceAll('-', '\\-')}\\fR`)) missing.push(`${page}: ${word}`);
  };
  for (const { name, options } of COMMANDS) {
    has('man/wactl.1', name);
    for (const option of Object.keys(options)) has('man/wactl.1', `--${option}`);
  }
  for (const option of Object.keys(GLOBALS)) has('man/wactl.1', `--${option}`);
  for (const [status] of EXITS) has('man/wactl.1', String(status));
  for (const option of Object.keys(OPTIONS)) has('man/wad.8', `--${option}`);
  for (const status of [0, 1, 64, 69, 70, 73, 75, 77, 78, 129, 130, 143]) has('man/wad.8', String(status));
  for (const { name } of ROWS) has('man/wad.toml.5', name.split('.').at(-1) ?? name);
  t.same(missing, []);
  t.end();
});

t.test('groff reports nothing about the manual pages', { skip: lacks('groff') }, async (t) => {
  for (const [name, text] of pages()) {
    if (!name.startsWith('man/')) continue;
    const { status, stderr, stdout } = spawnSync('groff', ['-man', '-Tutf8', '-Kutf8', '-ww'], {
      input: text,
    });
    t.equal(`${status} ${stderr}`, '0 ', name);
    t.ok(String(stdout).length > 2_000, 'the page is rendered');
  }
});

t.test('mandoc reports nothing about them, and they fit 80 columns', { skip: lacks('mandoc') }, async (t) => {
  for (const [name, input] of pages()) {
    if (!name.startsWith('man/')) continue;
    t.equal(String(spawnSync('mandoc', ['-T', 'lint'], { input }).stdout), '', name);
    const drawn = String(spawnSync('mandoc', ['-T', 'utf8', '-O', 'width=80'], { input }).stdout);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a backspace is how bold is printed
    const lines = drawn.replace(/.\u0008/g, '').split('\n');
    t.ok(lines.length > 50, 'the page is rendered');
    t.same(
      lines.filter((line) => [...line].length > 80),
      [],
      name,
    );
  }
});

t.test('no page shows an HTML entity', async (t) => {
  for (const [name, text] of pages()) t.notMatch(text, /&(?:[a-z]+|#\d+);/, name);
  for (const name of await written())
    t.notMatch(await readFile(new URL(name, DOCS), 'utf8'), /&(?:[a-z]+|#\d+);/, name);
});

t.test('the files for containers name paths and keys that exist', async (t) => {
  const at = (name: string) => readFile(new URL(`../packaging/container/${name}`, DOCS), 'utf8');
  const [image, kubernetes] = [await at('Containerfile'), await at('kubernetes.yaml')];
  const known = [...ROWS.flatMap(({ env, alsoEnv }) => [env, alsoEnv]), 'WAD_ACCOUNT'];
  const page = await readFile(new URL('containers.md', DOCS), 'utf8');
  for (const text of [image, kubernetes, page])
    for (const [name] of text.matchAll(/\bWAD_[A-Z_]+\b/g)) t.ok(known.includes(name), name);
  for (const [, script = ''] of image.matchAll(/\b(scripts\/\w+)/g))
    await t.resolves(access(new URL(`../${script}`, DOCS)), script);
  // The files must agree with each other.
  const [, state = ''] = /STATE_DIRECTORY=(\S+)/.exec(image) ?? [];
  const [, uid = ''] = /--uid (\d+)/.exec(image) ?? [];
  // Below the volume, not its root: kubelet creates the root as root, and we narrow only our own directories.
  const [, volume = ''] = /VOLUME (\S+)/.exec(image) ?? [];
  t.equal(state, `${volume}/state`);
  t.ok(kubernetes.includes(`mountPath: ${volume} `) && !kubernetes.includes('STATE_DIRECTORY'));
  t.ok(page.includes(`wad-default:${volume} `) && page.includes(`\`${state}\``));
  t.ok(kubernetes.includes(`runAsUser: ${uid}`) && image.includes(`USER ${uid}:${uid}`));
  t.ok(kubernetes.includes(`fsGroup: ${uid}`) && image.includes(`groupadd --gid ${uid} `));
  t.ok(page.includes(`The process is ${uid}, `));
  t.match(kubernetes, /terminationGracePeriodSeconds: 60/);
  // All places use the same health command, because some runtimes ignore the one of the image.
  const [, ...health] = /^HEALTHCHECK .*CMD \[(.+)\]$/m.exec(image)?.[1]?.match(/[^", ]+/g) ?? [];
  t.match(health.join(' '), /^--timeout 5 call \S+$/);
  const command = `wactl ${health.join(' ')}`;
  t.ok(page.includes(`--health-cmd '${command}'`), command);
  t.equal(
    kubernetes.replaceAll(/[",]/g, '').split(`command: [${command}]`).length,
    3,
    'for start and liveness',
  );
  // The page documents every argument of the build.
  for (const [, argument = ''] of image.matchAll(/^ARG (\w+)=/gm))
    t.ok(page.includes(`--build-arg ${argument}=`), argument);
});
