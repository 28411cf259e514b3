/** The account is ready without optional modules, second half of the list: test/harness/lost-modules.ts. */
import { removeEach, SECOND_HALF } from '../harness/lost-modules.js';

removeEach(SECOND_HALF);
