/** The scopes of methods, and what the documentation says of them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { SCOPE_WORDS, SCOPES } from '../../../src/protocol/scope.js';

const gateway = readFileSync(fileURLToPath(new URL('../../../../docs/gateway.md', import.meta.url)), 'utf8');

/** What wactl asks about on a terminal, because nobody can undo it. */
const FOR_GOOD = [
  'chat.clear',
  'chat.delete',
  'channel.delete',
  'channel.removeAdmin',
  'community.deactivate',
] as const;

t.test('a token that may only send ends nothing for good', async (t) => {
  for (const name of FOR_GOOD) t.equal(METHODS[name].scope, 'operate', name);
});

t.test('docs/gateway.md says of each scope what the help says', async (t) => {
  for (const scope of SCOPES) t.ok(gateway.includes(`| \`${scope}\` | ${SCOPE_WORDS[scope]} |`), scope);
});
