/** The account is not ready without a vital module: test/harness/lost-modules.ts. */
import { removeEach, VITAL_MODULES } from '../harness/lost-modules.js';

removeEach(VITAL_MODULES);
