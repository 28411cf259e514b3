// All migrations in order; the position in the list is the version. New ones are appended. They are TypeScript with SQL
// in it, so that the compiler puts them into build/ and a test can run the first few.
import { OUTBOX } from './0001-outbox.js';
import { JOURNAL } from './0002-journal.js';
import { CONSUMERS } from './0003-consumers.js';
import { PACING } from './0004-pacing.js';
import { DEAD_LETTERS } from './0005-dead-letters.js';
import { PEOPLE } from './0006-people.js';
import { RESTRICTION } from './0007-restriction.js';
import { PURGES } from './0008-purges.js';

export const MIGRATIONS: readonly string[] = [
  OUTBOX,
  JOURNAL,
  CONSUMERS,
  PACING,
  DEAD_LETTERS,
  PEOPLE,
  RESTRICTION,
  PURGES,
];
