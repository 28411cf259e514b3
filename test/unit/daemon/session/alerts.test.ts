// The rules in docs/alerts.yml and the queries of the dashboard match a daemon's metrics.
// Prometheus' own tool also checks the rules, and docs/grafana-dashboard.json is the dashboard.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { DOCS } from '../../../../scripts/docs.js';
import { GatewayMetrics } from '../../../../src/gateway/metrics.js';
import { measured } from '../../../harness/metrics.js';
import { lacks } from '../../../harness/program.js';

const run = promisify(execFile);
const read = (name: string): Promise<string> => readFile(new URL(name, DOCS), 'utf8');
const skip = lacks('promtool');

const rules = await read('alerts.yml');
const names = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);

/** Name, labels and value of each series. */
const seriesOf = (text: string) =>
  [...text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)].map(([, name = '', labels = '']) => ({
    name,
    labels: Object.fromEntries(
      [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', value = '']) => [label, value]),
    ),
  }));

/** Labels that Prometheus adds, including the one in the scrape configuration of metrics.md. */
const ADDED = ['account', 'job', 'instance'];

interface Query {
  readonly about: string;
  readonly expr: string;
  /** Labels used in the displayed text. */
  readonly shown: readonly string[];
}

/** All queries of rules and dashboard. */
async function queries(): Promise<Query[]> {
  const { panels } = JSON.parse(await read('grafana-dashboard.json')) as {
    panels: { title: string; type: string; targets?: { expr: string; legendFormat?: string }[] }[];
  };
  t.ok(panels.every(({ type, targets = [] }) => type === 'row' || targets.length > 0));
  const labelsIn = (text: string) =>
    [...text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, l = '']) => l);
  return [
    ...panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat = '' }) => ({ about: title, expr, shown: labelsIn(legendFormat) })),
    ),
    ...rules
      .split('- alert: ')
      .slice(1)
      .map((rule) => ({
        about: rule.slice(0, rule.indexOf('\n')),
        expr: /expr: (.*)/.exec(rule)?.[1] ?? '',
        shown: labelsIn(rule),
      })),
  ];
}

t.test('every query of rules and dashboard matches a series of the first scrape', async (t) => {
  const { metrics } = await measured(t);
  const gateway = new GatewayMetrics(() => ({ accounts: { running: 0, known: 1 }, connections: 0 }));
  const standing = { isHeld: true, isWanted: true, lost: 0 };
  const ofGateway = await gateway.page([{ account: 'shop', scrape: null, standing }], { own: true });
  const all = seriesOf(`${(await metrics.scrape()).text}\n${ofGateway}`);
  const every = await queries();
  t.ok(names.length >= 14 && every.length > names.length + 8);
  for (const { about, expr, shown } of every) {
    const asked = [...expr.matchAll(/\b((?:wad|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)];
    t.ok(asked.length > 0 || /\bup\{/.test(expr), `${about}: ${expr}`);
    const labels = new Set([...ADDED]);
    for (const [selector, name = '', matchers = ''] of asked) {
      const found = all.filter((one) => one.name === name);
      for (const one of found) for (const label of Object.keys(one.labels)) labels.add(label);
      // Observed at the first request of each method, and created then.
      if (name.startsWith('wad_request_duration_seconds')) continue;
      t.ok(found.length > 0, `${about}: ${selector}`);
      for (const [, label = '', operator, values = ''] of matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
        if (ADDED.includes(label)) continue;
        // An excluded value need not exist.
        const wanted = operator?.startsWith('!') ? ['$'] : operator === '=~' ? values.split('|') : [values];
        for (const value of wanted)
          t.ok(
            found.some((one) => (value.startsWith('$') ? label in one.labels : one.labels[label] === value)),
            `${about}: ${name} has ${label}="${value}"`,
          );
      }
    }
    const kept = [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
    for (const label of [...kept, ...shown])
      t.ok(labels.has(label) || ['le', 'method'].includes(label), `${about}: label ${label}`);
  }
});

t.test('each rule has a test that it fires and a test that it does not', async (t) => {
  const tests = (await read('alerts.test.yml')).split('\n  - name: ').slice(1);
  for (const name of names) {
    const own = tests.filter((test) => test.includes(`alertname: ${name}\n`));
    t.ok(
      own.some((test) => test.includes('exp_labels:')),
      `${name} fires`,
    );
    t.ok(
      own.some((test) => !test.includes('exp_labels:')),
      `${name} stays quiet`,
    );
  }
});

t.test('promtool accepts the rules and their tests pass', { skip }, async (t) => {
  for (const args of [
    ['check', 'rules', '--lint=all', '--lint-fatal', 'alerts.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ]) {
    const { stdout } = await run('promtool', args, { cwd: fileURLToPath(DOCS) });
    t.match(stdout, /SUCCESS/, args.join(' '));
  }
});

t.test('promtool reports nothing about the scraped metrics', { skip }, async (t) => {
  const { metrics } = await measured(t);
  const { text } = await metrics.scrape();
  const check = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = Promise.all([textOf(check.stdout), textOf(check.stderr), once(check, 'close')]);
  // Runtime counters have the names that prom-client gives them.
  check.stdin.end(
    text
      .split('\n')
      .filter((line) => /^(# \w+ )?wad_/.test(line))
      .join('\n')
      .concat('\n'),
  );
  const [out, err, [code]] = await said;
  t.same({ out, err, code }, { out: '', err: '', code: 0 });
});
