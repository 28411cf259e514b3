/**
 * `wad --canary --deep` on the page's own modules: everything works as they are; a break that is planted in them is named. The
 * site stands for the network from which users get the page. It trusts nobody's certificates but by their key, and counts as a
 * public address.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { parseArchive } from '../../src/canary/builds.js';
import type { DeepReport } from '../../src/canary/report.js';
import { WAD } from '../harness/wad.js';
import { PageSite } from './page-site.js';

t.setTimeout(1_800_000);

const FOLDER = process.env.WAD_REAL_PAGE ?? '';
const skip = existsSync(FOLDER) ? false : 'no folder of WhatsApp Web modules: scripts/test --real-page DIR';

/** [module, text, text instead][] */
type Plant = readonly (readonly [module: string, from: string, to: string])[];

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: DeepReport;
  readonly directory: string;
}

/** A Chromium that finds the site under the page's name, besides what `wad` tells it, and nothing else. */
async function wrapper(directory: string, { port, keyHash }: PageSite): Promise<string> {
  const file = join(directory, 'browser');
  const also = [
    ['--host-resolver-rules', `MAP web.whatsapp.com:443 127.0.0.1:${port},MAP * ~NOTFOUND,EXCLUDE 127.0.0.1`],
    ['--ignore-certificate-errors-spki-list', keyHash],
    ['--ip-address-space-overrides', `127.0.0.1:${port}=public`],
  ].map(([name, value]) => `${name}=*) arg="$arg,${value}";;`);
  await writeFile(
    file,
    `#!/bin/bash
args=()
for arg in "$@"; do
  case "$arg" in
    ${also.join('\n    ')}
  esac
  args+=("$arg")
done
exec ${process.env.WAD_TEST_BROWSER ?? '/usr/bin/chromium'} "\${args[@]}"
`,
  );
  await chmod(file, 0o755);
  return file;
}

/** @param plant what is changed in the modules; each change must apply */
async function canary(
  t: Test,
  plant: Plant = [],
  args: readonly string[] = [],
  loadMs = 240_000,
): Promise<Run> {
  const applied = new Set<string>();
  const site = await PageSite.start({
    modules: FOLDER,
    // Nobody is there: a chat socket that came here would not be answered.
    chat: 'ws://127.0.0.1:9/ws/chat',
    change: (name, text) =>
      plant
        .filter(([module]) => module === name)
        .reduce((before, [module, from, to]) => {
          if (before.includes(from)) applied.add(module);
          return before.replaceAll(from, to);
        }, text),
  });
  const directory = await mkdtemp(join(tmpdir(), 'wad-deep-'));
  t.teardown(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  try {
    const browser = await wrapper(directory, site);
    const report = join(directory, 'report.json');
    const env = {
      ...{ PATH: process.env.PATH, HOME: directory, TMPDIR: directory },
      WAD_DEADLINES_LOAD_MS: String(loadMs),
    };
    const options = ['--state-dir', join(directory, 'state'), '--browser', browser, '--no-sandbox'];
    const line = [WAD, '--canary', '--deep', ...options, '--report', report, ...args];
    const child = spawn(process.execPath, line, { env, cwd: directory });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    t.comment(said.stdout);
    t.same([...applied].sort(), [...new Set(plant.map(([module]) => module))].sort(), 'every change applied');
    t.same(
      (await readdir(directory)).filter((name) => name.startsWith('wad-canary-')),
      [],
      'nothing is left behind',
    );
    return { code, ...said, report: JSON.parse(await readFile(report, 'utf8')), directory };
  } finally {
    await site.close();
  }
}

t.test('everything works on the modules as they are', { skip }, async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'wad-deep-files-'));
  t.teardown(() => rm(home, { recursive: true, force: true }));
  const [archive, textfile] = ['builds.json', 'wad.prom'].map((name) => join(home, name)) as [string, string];
  const run = await canary(t, [], ['--archive', archive, '--textfile', textfile]);
  t.equal(run.code, 0, run.stderr);
  t.match(run.stdout, /^ok +WhatsApp Web \d[\d.]+: all \d+ steps work/);
  t.match(run.stderr, /uses no account, no session and no phone/, 'it says first what it does');
  t.same(run.report.lost, {});
  t.same(run.report.problems, []);
  const { builds } = parseArchive(await readFile(archive, 'utf8'));
  t.equal(builds.length, 1);
  t.equal(builds[0]?.shapes['WAWebMsgKey.newId'], 'function/0');
  t.match(await readFile(textfile, 'utf8'), /^wad_canary_result 0$/m);
  t.equal((await stat(textfile)).mode & 0o777, 0o644);
});

/** What a repair of ours mends is new as well: the build that it is compared with did not need it. */
const BREAKS: readonly {
  readonly name: string;
  readonly plant: Plant;
  readonly says: readonly RegExp[];
}[] = [
  {
    name: 'D1 as reported, which is repaired',
    plant: [['WAWebMsgKey', '_serialized', '$1']],
    says: [
      /^new {3}.*all \d+ steps work, with a repair that 2\.3000\.\d+ did not need: D1 \(send\.text\)$/m,
      /repair D1 \(send\.text\): patched/,
    ],
  },
  {
    name: 'D1 in a class that is frozen, so that it cannot be repaired',
    plant: [
      ['WAWebMsgKey', '_serialized', '$1'],
      ['WAWebMsgKey', '(t.newId_DEPRECATED =', 'Object.freeze(a), (t.newId_DEPRECATED ='],
    ],
    says: [/send\.text is degraded/, /repair D1 \(send\.text\): failed: .*_serialized/],
  },
  {
    name: 'D2 as reported, which is repaired',
    plant: [
      [
        'WAWebMediaData',
        'e.prototype.initialize.call(this);',
        'e.prototype.initialize.call(this), Object.defineProperty(this, "__x_id", { value: void 0, enumerable: !0, configurable: !0, writable: !0 });',
      ],
    ],
    says: [
      /^new {3}.*with a repair that 2\.3000\.\d+ did not need: D2 \(send\.media\)$/m,
      /repair D2 \(send\.media\): patched/,
    ],
  },
  {
    name: 'D2 with an id that cannot be hidden',
    plant: [
      [
        'WAWebMediaData',
        'e.prototype.initialize.call(this);',
        'e.prototype.initialize.call(this), Object.defineProperty(this, "__x_id", { value: void 0, enumerable: !0 });',
      ],
    ],
    says: [/send image.* do(es)? not work/, /send\.media is degraded/, /repair D2 \(send\.media\): failed/],
  },
  {
    name: 'D6: a description that takes other named arguments',
    plant: [
      [
        'WAWebGroupModifyInfoJob',
        '(l.setGroupDescription = c)',
        '(l.setGroupDescription = function (e) { return c(e.group.toJid && e.group, e.text, e.id, e.before); })',
      ],
    ],
    says: [/change a group +.*WAWebGroupModifyInfoJob/, /repair D6 \(group\.admin\): patched/],
  },
  {
    name: 'D7: a minified error',
    plant: [
      [
        'WAWebSendReactionMsgAction',
        'l.sendReactionToMsg = u',
        'l.sendReactionToMsg = function () { var e = new Error("r"); throw ((e.name = "r"), e); }',
      ],
    ],
    says: [/ {2}fail {2}react +WhatsApp Web: r: r \(acts\.react at .*WAWebSendReactionMsgAction/],
  },
];

for (const { name, plant, says } of BREAKS)
  t.test(`${name}: exit 1, and it is named`, { skip }, async (t) => {
    const { code, stdout, stderr } = await canary(t, plant);
    t.equal(code, 1, stderr);
    for (const text of says) t.match(stdout, text);
  });

t.test(
  'a page that lacks what linking needs is a finding, not a canary that could not run',
  { skip },
  async (t) => {
    // No code is shown, and twice the time of a load is waited for one.
    const { code, stdout, stderr } = await canary(
      t,
      [['WAWebUserPrefsMultiDevice', '(l.getADVSecretKey = $)', '(l.getADVSecret = $)']],
      [],
      90_000,
    );
    t.equal(code, 1, stderr);
    t.match(
      stdout,
      / {2}fail {2}link a phone +.*link\.qr is missing: WAWebUserPrefsMultiDevice\.getADVSecretKey/,
    );
    t.match(stdout, / {2}- {5}send text +needs "link a phone"/);
  },
);

t.test(
  'a page whose trust cannot be taken over is reported in one sentence, and nothing else',
  { skip },
  async (t) => {
    const { code, stdout } = await canary(t, [
      [
        'WAVerifyChainCertificateWA6',
        '(l.parseCertificateWA6 = k)',
        '(l.parseCertificateWA6 = k), Object.freeze(l)',
      ],
    ]);
    t.equal(code, 69);
    t.match(
      stdout,
      /^The canary could not be run on this page: its connection cannot be trusted: WAVerifyChainCertificateWA6\.verifyChainCertificateWA6 cannot be replaced\.\n$/,
    );
  },
);
