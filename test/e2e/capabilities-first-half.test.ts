/** The first half of the modules without which the account is ready, and lacks something else: test/harness/lost-modules.ts. */
import { FIRST_HALF, removeEach } from '../harness/lost-modules.js';

removeEach(FIRST_HALF);
