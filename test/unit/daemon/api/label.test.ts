// Changes of labels are checked before the page is asked.
import t from 'tap';
import type { Account } from '../../../../src/daemon/account.js';
import { labelHandlers } from '../../../../src/daemon/api/handlers/label.js';
import { kindOf } from '../../store/scratch.js';

t.test('a change of a label that changes nothing is refused', async (t) => {
  const handlers = labelHandlers({} as Account);
  t.equal(await kindOf(async () => handlers['label.update']({ label: '3' }, {} as never)), 'invalid_params');
});
