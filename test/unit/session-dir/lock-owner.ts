// Takes the lock in its own process, as another daemon would, and reports the result over IPC.
// argv: dataPath, clientId, staleMs, and "graceful" for SIGTERM and exit handled as the daemon does.
import { layout } from '../../../src/session-dir/layout.js';
import { takeLock } from '../../../src/session-dir/lock.js';

const [dataPath = '', clientId = '', staleMs = '', mode = ''] = process.argv.slice(2);
const quiet = { info: () => {}, warn: () => {} };
const say = (message: Record<string, unknown>) => process.send?.(message);

if (mode === 'graceful')
  process.on('SIGTERM', () => {
    say({ says: 'stopping' });
    process.once('message', () => process.exit(0));
  });
process.once('disconnect', () => process.exit(1));
try {
  const lock = await takeLock(layout(dataPath, clientId), {
    log: quiet,
    staleMs: Number(staleMs),
    updateMs: 1_000,
  });
  lock.lost.addEventListener('abort', () => say({ says: 'lost' }));
  say({ says: 'taken', pid: process.pid });
} catch (error) {
  const { kind, message } = error as { kind?: string; message: string };
  say({ says: 'refused', kind, message });
  process.disconnect();
}
