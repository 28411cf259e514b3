/** The second half of the modules without which the account is ready, and lacks something else: test/harness/lost-modules.ts. */
import { removeEach, SECOND_HALF } from '../harness/lost-modules.js';

removeEach(SECOND_HALF);
