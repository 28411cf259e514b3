// The list of used modules of WhatsApp Web is complete, and every entry is used.
import t from 'tap';
import { ALL_NEEDS } from '../../../src/whatsapp/capabilities/needs.js';
import { SEEN } from '../../simulator/seen.js';
import { keyOf, type Use, usesIn } from './page-uses.js';

/** Modules tried in order until one has the member (src/whatsapp/page/groups.ts). */
const BY_HAND: readonly string[] = ['WAWebGroupInviteJob.resetGroupInviteCode'];

const uses = [...usesIn('src/whatsapp', '.ts'), ...usesIn('node_modules/whatsapp-web.js/src', '.js')];
const needs = ALL_NEEDS.filter((need) => /^WA\w+(\.\w+)?$/.test(need));

/** The rows that belong to a use. */
const rowsOf = ({ modules, member }: Use): string[] =>
  Object.keys(SEEN).filter((key) => {
    const [module = '', name] = key.split('.');
    if (!modules.includes(module)) return false;
    return member instanceof RegExp ? member.test(name ?? '') : (name ?? null) === member;
  });
const isListed = (module: string): boolean => Object.keys(SEEN).some((key) => key.split('.')[0] === module);

t.test('every module that product and library use is in the list', async (t) => {
  t.ok(uses.length > 300, `${uses.length} uses`);
  for (const use of uses) {
    // A module used as a whole is listed with its members.
    if (use.member === null && use.modules.some(isListed)) continue;
    const name = keyOf(use.modules.join(' or '), String(use.member));
    t.not(rowsOf(use).length, 0, `${name} (${use.file}) has a row in SEEN of test/simulator/seen.ts`);
  }
  for (const need of needs)
    t.ok(
      need.includes('.') ? Object.hasOwn(SEEN, need) : isListed(need),
      `${need} (a need) has a row in SEEN of test/simulator/seen.ts`,
    );
});

t.test('every module in the list is used', async (t) => {
  const used = new Set([...uses.flatMap(rowsOf), ...needs, ...BY_HAND]);
  t.same(
    Object.keys(SEEN).filter((key) => !used.has(key)),
    [],
  );
});

t.test('each row says what is relied on and where it was seen, sorted by name', async (t) => {
  const names = Object.keys(SEEN);
  t.same(names, [...names].sort());
  for (const [name, [reliedOn, seen]] of Object.entries(SEEN)) {
    t.ok(reliedOn.length > 5 && seen.length > 0, name);
    t.ok(
      seen.length === 1 || !seen.includes('reports only'),
      `${name}: only modules that were not read cite reports`,
    );
  }
});
