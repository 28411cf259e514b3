// Runs a daemon's log in its own process, for tests that need a real stdout. argv: how it ends.
import { openLog } from '../../../src/log/log.js';

const how = process.argv[2];
const log = openLog({ account: 'shop', level: 'info', content: false, env: process.env });
if (how === 'exit') {
  for (let n = 0; n < 2_000; n++) log.info('line', { n });
  process.exit(3);
}
if (how === 'closed-pipe') {
  process.on('message', async () => {
    for (let n = 0; n < 100; n++) log.info('line', { n });
    await log.flush();
    log.info('after the reader has gone');
    log.flushSync();
    process.send?.('still here');
    process.disconnect();
  });
  process.send?.('up');
}
