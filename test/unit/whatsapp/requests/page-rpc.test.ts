/**
 * A request to a page whose document or frame is gone is repeated a limited number of times, and blocks no
 * other.
 */
import type { Page } from 'puppeteer';
import t from 'tap';
import { Fault } from '../../../../src/protocol/fault.js';
import { PageRpc } from '../../../../src/whatsapp/requests/page-rpc.js';
import { keepLog } from '../../../harness/server.js';

function kitOver({ says, isClosed }: { says: string; isClosed: boolean }) {
  let asked = 0;
  const page = {
    evaluate: () => {
      asked += 1;
      return Promise.reject(new Error(says));
    },
    isClosed: () => isClosed,
  } as unknown as Page;
  const rpc = new PageRpc({ page: () => page, build: () => null, log: keepLog() });
  const failed = rpc.look(null, 'chats', 'refuseClosed', '1@g.us').then(
    () => 'answered',
    (error) => Fault.of(error).kind,
  );
  return { failed, asked: () => asked };
}

const DETACHED = "Attempted to use detached Frame 'A1B2'.";

t.test('a detached frame is asked a bounded number of times, and timers run meanwhile', async (t) => {
  let ticks = 0;
  const ticking = setInterval(() => {
    ticks += 1;
  }, 10);
  t.teardown(() => clearInterval(ticking));
  const { failed, asked } = kitOver({ says: DETACHED, isClosed: false });
  t.equal(await failed, 'not_ready');
  t.ok(ticks > 0, 'timers run');
  t.ok(asked() > 1 && asked() < 30, `${asked()} questions`);
});

t.test('a closed page is asked once', async (t) => {
  for (const says of [DETACHED, 'Execution context was destroyed.']) {
    const { failed, asked } = kitOver({ says, isClosed: true });
    t.equal(await failed, 'not_ready');
    t.equal(asked(), 1);
  }
});
