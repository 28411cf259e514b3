// A fake browser whose first page never appears, like one whose renderer was killed during the start:
// puppeteer waits for it without a limit. It answers every command with an empty result, and exits when its
// pipe closes.
import { createReadStream, createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The command that replaces the browser. */
export const PAGELESS = `${process.execPath} ${fileURLToPath(import.meta.url)}`;

const TAB = {
  sessionId: 'tab',
  targetInfo: { targetId: 'tab', type: 'tab', title: '', url: '', attached: true, canAccessOpener: false },
  waitingForDebugger: false,
};

function serve(): void {
  const out = createWriteStream('', { fd: 4 });
  const say = (what: object): void => void out.write(`${JSON.stringify(what)}\0`);
  let rest = '';
  const pipe = createReadStream('', { fd: 3, encoding: 'utf8' });
  pipe.on('data', (piece) => {
    const asked = `${rest}${piece}`.split('\0');
    rest = asked.pop() ?? '';
    for (const line of asked) {
      const { id, method, sessionId } = JSON.parse(line) as {
        id: number;
        method: string;
        sessionId?: string;
      };
      if (method === 'Target.setAutoAttach' && sessionId === undefined)
        say({ method: 'Target.attachedToTarget', params: TAB });
      say({ id, result: method === 'Target.getBrowserContexts' ? { browserContextIds: [] } : {}, sessionId });
    }
  });
  pipe.on('close', () => process.exit(0));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve();
