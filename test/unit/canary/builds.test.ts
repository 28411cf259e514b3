/** The archive keeps one entry a build, and the comparison names what changed between two. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import {
  type BuildEntry,
  changesBetween,
  entryOf,
  newest,
  parseArchive,
  renderArchive,
  withEntry,
} from '../../../src/canary/builds.js';
import type { DeepReport, StepReport, StepResult } from '../../../src/canary/report.js';
import { ALL_NEEDS } from '../../../src/whatsapp/capabilities/needs.js';

const DAY = '2026-04-27';

const entry = (build: string, parts: Partial<BuildEntry> = {}): BuildEntry => ({
  ...{ build, seen: '2026-04-27', wad: '0.1.0', steps: { 'send text': 'works' } },
  ...{ repairs: { D1: 'native' }, unknownRequests: [] },
  shapes: { 'WAWebFindChatAction.findOrCreateLatestChat': 'function/2', 'WAWebMsgKey.newId': 'function/0' },
  exports: { WAWebFindChatAction: ['findOrCreateLatestChat'], WAWebMsgKey: ['newId'] },
  ...parts,
});

t.test('the same build changes nothing', (t) => {
  t.same(changesBetween(entry('1'), entry('2')), { since: '1', what: [], newRepairs: [] });
  t.end();
});

t.test('each kind of change is named', (t) => {
  const now = entry('2', {
    steps: { 'send text': 'fails', 'a new step': 'works' },
    repairs: { D1: 'patched', D2: 'native' },
    unknownRequests: ['w:new set thing'],
    shapes: {
      'WAWebFindChatAction.findOrCreateLatestChat': 'missing',
      'WAWebMsgKey.newId': 'function/0 frozen',
      'WAWebCmd.open': 'function/1',
    },
    exports: { WAWebFindChatAction: ['findOrCreateChat'], WAWebMsgKey: ['newId'] },
  });
  const old = entry('1');
  const older = { ...old, steps: { ...old.steps, 'an old step': 'works' } } as const;
  const { since, what, newRepairs } = changesBetween(older, now);
  t.equal(since, '1');
  t.same(newRepairs, ['D1'], 'a repair that was not there to be looked at is not new');
  t.same(what, [
    'new: a new step (works)',
    'gone: an old step',
    'send text: works, now fails',
    'repair D1: native, now patched',
    'new: repair D2 (native)',
    'new: WAWebCmd.open (function/1)',
    'WAWebFindChatAction.findOrCreateLatestChat is gone; WAWebFindChatAction has got findOrCreateChat',
    'WAWebMsgKey.newId: function/0, now function/0 frozen',
    'the page has a new request: w:new set thing',
  ]);
  t.end();
});

t.test('an archive has each build once, with its first day, the newest last', (t) => {
  let archive = withEntry({ builds: [] }, entry('1', { note: 'from a folder' }));
  archive = withEntry(archive, entry('2', { seen: '2026-05-01' }));
  archive = withEntry(archive, entry('1', { seen: '2026-06-01', repairs: { D1: 'patched' } }));
  t.match(archive.builds, [
    { build: '2', seen: '2026-05-01' },
    { build: '1', seen: '2026-04-27', note: 'from a folder', repairs: { D1: 'patched' } },
  ]);
  t.equal(newest(archive)?.build, '1', 'the last one that was seen');
  t.equal(newest(archive)?.repairs.D1, 'patched', 'also of the same build');
  t.equal(newest({ builds: [] }), undefined);
  t.same(parseArchive(renderArchive(archive)), archive);
  t.end();
});

t.test('what is no archive is refused, and a page without facts or without a link has no entry', (t) => {
  for (const text of ['{}', '[]', 'null', '{"builds":[{}]}', '{']) t.throws(() => parseArchive(text), text);
  const linking = (result: StepResult): StepReport => ({
    ...{ step: 'link a phone', capability: 'link.qr', modules: [], error: null, ms: 1 },
    result,
  });
  const report = (facts: DeepReport['facts'], steps: readonly StepReport[]) =>
    entryOf({ facts, steps, wad: '0.1.0', repairs: {}, unknownRequests: [] } as unknown as DeepReport, DAY);
  const facts = { build: '1', shapes: { WAWebCmd: 'object' }, exports: { WAWebCmd: ['open'] } };
  t.match(report(facts, [linking('works')]), { build: '1', seen: DAY, steps: { 'link a phone': 'works' } });
  t.equal(report(facts, [linking('fails')]), null, 'an unlinked page lacks most modules');
  t.equal(report(facts, []), null);
  t.equal(report(null, [linking('works')]), null);
  t.end();
});

t.test('the archive of the repository lists what the product relies on', (t) => {
  const file = fileURLToPath(new URL('../../../../docs/builds.json', import.meta.url));
  const { builds } = parseArchive(readFileSync(file, 'utf8'));
  const [first] = builds;
  t.equal(first?.seen, '2026-04-27');
  t.ok(Object.values(first?.steps ?? {}).every((result) => result === 'works'));
  const relied = ALL_NEEDS.filter((need) => /^WA\w+(?:\.\w+)?$/.test(need));
  t.ok(Object.keys(first?.shapes ?? {}).length > 0.8 * relied.length);
  t.end();
});
