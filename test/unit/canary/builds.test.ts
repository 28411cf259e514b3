/** The archive keeps one entry a build, and the comparison names what changed between two. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import {
  type BuildEntry,
  before,
  changesBetween,
  entryOf,
  parseArchive,
  renderArchive,
  withEntry,
} from '../../../src/canary/builds.js';
import type { DeepReport } from '../../../src/canary/report.js';
import { ALL_NEEDS } from '../../../src/whatsapp/capabilities/needs.js';

const entry = (build: string, parts: Partial<BuildEntry> = {}): BuildEntry => ({
  ...{ build, seen: '2026-04-27', wad: '0.1.0', steps: { 'send text': 'works' } },
  ...{ repairs: { D1: 'native' }, unknownRequests: [] },
  shapes: { 'WAWebFindChatAction.findOrCreateLatestChat': 'function/2', 'WAWebMsgKey.newId': 'function/0' },
  exports: { WAWebFindChatAction: ['findOrCreateLatestChat'], WAWebMsgKey: ['newId'] },
  ...parts,
});

t.test('the same build changes nothing', (t) => {
  t.same(changesBetween(entry('1'), entry('2')), []);
  t.end();
});

t.test('each kind of change is named', (t) => {
  const now = entry('2', {
    steps: { 'send text': 'fails', 'a new step': 'works' },
    repairs: { D1: 'patched' },
    unknownRequests: ['w:new set thing'],
    shapes: {
      'WAWebFindChatAction.findOrCreateLatestChat': 'missing',
      'WAWebMsgKey.newId': 'function/0 frozen',
    },
    exports: { WAWebFindChatAction: ['findOrCreateChat'], WAWebMsgKey: ['newId'] },
  });
  t.same(changesBetween(entry('1'), now), [
    'send text: works, now fails',
    'repair D1: native, now patched',
    'WAWebFindChatAction.findOrCreateLatestChat is gone; WAWebFindChatAction has got findOrCreateChat',
    'WAWebMsgKey.newId: function/0, now function/0 frozen',
    'the page has a new request: w:new set thing',
  ]);
  t.end();
});

t.test('an archive has each build once, with its first day, the newest last', (t) => {
  let archive = withEntry({ builds: [] }, entry('1'));
  archive = withEntry(archive, entry('2', { seen: '2026-05-01' }));
  archive = withEntry(archive, entry('1', { seen: '2026-06-01', repairs: { D1: 'patched' } }));
  t.match(archive.builds, [
    { build: '2', seen: '2026-05-01' },
    { build: '1', seen: '2026-04-27', repairs: { D1: 'patched' } },
  ]);
  t.equal(before(archive, '1')?.build, '2');
  t.equal(before(archive, '3')?.build, '1');
  t.equal(before({ builds: [] }, '3'), undefined);
  t.same(parseArchive(renderArchive(archive)), archive);
  t.end();
});

t.test('what is no archive is refused, and a page without facts has no entry', (t) => {
  for (const text of ['{}', '[]', 'null', '{"builds":[{}]}', '{']) t.throws(() => parseArchive(text), text);
  t.equal(entryOf({ facts: null } as DeepReport, '2026-04-27'), null);
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
