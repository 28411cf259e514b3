/** `systemd-analyze verify` accepts the units, with an instance of each template. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { lacks } from '../harness/program.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const place = mkdtempSync(join(tmpdir(), 'wad-units-'));
t.teardown(() => rmSync(place, { recursive: true }));
t.setTimeout(300_000);

const DEEP = 'wad-canary-deep@.service';

/** The drop-in of docs/canary.md, which gives the metrics to node_exporter. */
const [, DROP_IN = ''] =
  /```ini\n(\[Service\]\n[^`]*METRICS_FILE[^`]*)```/.exec(
    readFileSync(join(ROOT, 'docs/canary.md'), 'utf8'),
  ) ?? [];

for (const [whose, folder, flags] of [
  ['the system', 'systemd', ['--system']],
  ['a user', 'systemd/user', ['--user']],
] as const)
  t.test(
    `systemd-analyze verify finds no problem in the units of ${whose}`,
    { skip: lacks('systemd-analyze') },
    (t) => {
      const units = join(place, flags[0].slice(2));
      mkdirSync(units);
      const names = readdirSync(join(ROOT, folder)).filter((name) => /\.(service|timer|target)$/.test(name));
      t.ok(names.length >= 5, names.join(' '));
      const instances = names.map((name) => name.replace('@.', '@shop.'));
      for (const name of names) {
        // The programs are those of the checkout.
        const text = readFileSync(join(ROOT, folder, name), 'utf8')
          .replaceAll('/usr/bin/node', process.execPath)
          .replaceAll('/usr/lib/wad', ROOT)
          .replaceAll('/usr/bin/wactl', join(ROOT, 'dist/wactl.cjs'));
        writeFileSync(join(units, name), text);
        writeFileSync(join(units, name.replace('@.', '@shop.')), text);
      }
      if (folder === 'systemd') {
        mkdirSync(join(units, `${DEEP}.d`));
        writeFileSync(join(units, `${DEEP}.d/metrics.conf`), DROP_IN);
      }
      const { status, stdout, stderr } = spawnSync(
        'systemd-analyze',
        [
          'verify',
          ...flags,
          '--man=no',
          '--recursive-errors=one',
          ...instances.map((name) => join(units, name)),
        ],
        { encoding: 'utf8', env: { ...process.env, XDG_RUNTIME_DIR: place } },
      );
      t.equal(status, 0, stdout + stderr);
      // Warnings do not change the exit status. Those about other units of this machine are ignored.
      t.same(
        stderr.split('\n').filter((line) => line.includes(units)),
        [],
      );
      t.end();
    },
  );

t.test('the documented drop-in names the metrics of the deep canary, and runs nothing', (t) => {
  const value = (text: string, name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1];
  const unit = readFileSync(join(ROOT, 'systemd', DEEP), 'utf8');
  t.match(value(unit, 'ExecStart'), / --textfile \$\{METRICS_FILE\}/);
  t.match(unit, /^Environment=METRICS_FILE=/m);
  const file = value(DROP_IN, 'Environment=METRICS_FILE');
  t.match(file, `${value(DROP_IN, 'ReadWritePaths')}/`, 'in the directory that it may write to');
  t.ok(value(DROP_IN, 'SupplementaryGroups'));
  t.notMatch(DROP_IN, /^(?:Exec|User|PermissionsStartOnly|AmbientCapabilities)/m);
  t.end();
});
