/** The modules without which the account is not ready: test/harness/lost-modules.ts. */
import { removeEach, VITAL_MODULES } from '../harness/lost-modules.js';

removeEach(VITAL_MODULES);
