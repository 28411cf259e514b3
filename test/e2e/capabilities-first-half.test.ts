/** The account is ready without optional modules, first half of the list: test/harness/lost-modules.ts. */
import { FIRST_HALF, removeEach } from '../harness/lost-modules.js';

removeEach(FIRST_HALF);
