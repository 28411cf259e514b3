/**
 * scripts/setup.sh, used by scripts/up and scripts/test, installs packages correctly.
 * The package manager is replaced by a recorder of calls.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';

const SETUP = fileURLToPath(new URL('../../../scripts/setup.sh', import.meta.url));
const UPDATE = 'apt-get update -q';
const INSTALLS = [
  'apt-get install -qy --no-install-recommends --download-only thing',
  'apt-get install -qy --no-install-recommends thing',
];

interface MachineOptions {
  /** How long ago `apt-get update` ran. Null if there are no package lists. */
  readonly listsAgeHours: number | null;
  /** The exit status of `apt-get update`. */
  readonly update?: number;
}

/** Returns the calls and the exit status of `install_package thing`. */
function installs(t: Test, { listsAgeHours, update = 0 }: MachineOptions) {
  const place = mkdtempSync(join(tmpdir(), 'wad-setup-'));
  t.teardown(() => rmSync(place, { recursive: true }));
  const calls = join(place, 'calls');
  const partial = join(place, 'lists/partial');
  if (listsAgeHours !== null) {
    mkdirSync(partial, { recursive: true });
    const at = Date.now() / 1_000 - listsAgeHours * 3_600;
    utimesSync(partial, at, at);
  }
  const program = (name: string, text: string) => {
    writeFileSync(join(place, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(place, name), 0o755);
  };
  writeFileSync(calls, '');
  program(
    'apt-get',
    `echo "apt-get $*" >>${calls}; [ "$1" != update ] || { mkdir -p ${partial}; touch ${partial}; exit ${update}; }`,
  );
  program('apt-config', `echo "lists='${place}/lists/'"`);
  program('id', 'echo 0');
  const env = { ...process.env, PATH: `${place}:${process.env.PATH}` };
  const { status } = spawnSync(
    'bash',
    ['-euo', 'pipefail', '-c', 'root=/; . "$0"; install_package thing; install_package thing', SETUP],
    { env, encoding: 'utf8' },
  );
  return { status, calls: readFileSync(calls, 'utf8').trim().split('\n') };
}

t.test('package lists older than a day are updated once before a package is installed', (t) => {
  for (const listsAgeHours of [25, 1_000, null])
    t.same(
      installs(t, { listsAgeHours }),
      { status: 0, calls: [UPDATE, ...INSTALLS, ...INSTALLS] },
      `${listsAgeHours} h`,
    );
  t.end();
});

t.test('newer lists are used as they are', (t) => {
  for (const listsAgeHours of [0, 23])
    t.same(
      installs(t, { listsAgeHours }),
      { status: 0, calls: [...INSTALLS, ...INSTALLS] },
      `${listsAgeHours} h`,
    );
  t.end();
});

t.test('if the update fails, packages are installed from the old lists', (t) => {
  t.match(installs(t, { listsAgeHours: 25, update: 100 }), { status: 0, calls: [UPDATE, ...INSTALLS] });
  t.end();
});

t.test('paths that follow options refer to the working directory of the caller', (t) => {
  const place = t.testdir();
  for (const [given, wanted] of [
    [
      ['--cert', 'c.pem', '--key=../k.pem', '--port', '1'],
      ['--cert', `${place}/c.pem`, `--key=${place}/../k.pem`, '--port', '1'],
    ],
    [
      ['--cert', '/c.pem', '--key=/k.pem'],
      ['--cert', '/c.pem', '--key=/k.pem'],
    ],
    [
      ['other', '--keys', 'a', '--keys=b', 'c=d', '--cert', 'a b=c'],
      ['other', '--keys', 'a', '--keys=b', 'c=d', '--cert', `${place}/a b=c`],
    ],
    [
      ['--cert', '--key', 'k', '--cert'],
      ['--cert', '--key', `${place}/k`, '--cert'],
    ],
    [[], []],
    [
      ['', '--key=', '*'],
      ['', '--key=', '*'],
    ],
  ]) {
    const line = `root=/; . "$0"; absolute_paths "--cert --key" "$@"; for word in \${args[@]+"\${args[@]}"}; do printf "%s\\0" "$word"; done`;
    const { status, stdout } = spawnSync('bash', ['-euo', 'pipefail', '-c', line, SETUP, ...(given ?? [])], {
      encoding: 'utf8',
      cwd: place,
    });
    t.same({ status, args: stdout.split('\0').slice(0, -1) }, { status: 0, args: wanted });
  }
  t.end();
});
