/** A listener that fails repeatedly logs one line, then counts. */
import t from 'tap';
import { ListenerWarnings } from '../../../../src/whatsapp/library/listener-warnings.js';

const PERIOD_MS = 40;

function logged() {
  const lines: object[] = [];
  let changed = (): void => undefined;
  const quiet = () => undefined;
  const warn = (_event: string, fields?: object) => {
    lines.push(fields ?? {});
    changed();
  };
  const atLeast = async (count: number): Promise<void> => {
    while (lines.length < count)
      await new Promise<void>((resolve) => {
        changed = resolve;
        setTimeout(resolve, 20);
      });
  };
  return {
    lines,
    atLeast,
    warnings: new ListenerWarnings({ debug: quiet, info: quiet, warn, error: quiet }, PERIOD_MS),
  };
}

t.test('a function that throws for each of a thousand chats: the first, and a count', async (t) => {
  const { lines, atLeast, warnings } = logged();
  for (let chat = 0; chat < 1_000; chat += 1) warnings.warn('onChatUnreadCountEvent', `no chat ${chat}`);
  t.same(lines, [{ event: 'onChatUnreadCountEvent', error: 'no chat 0' }]);
  await atLeast(2);
  t.same(lines[1], { event: 'onChatUnreadCountEvent', error: 'no chat 999', times: 999 });
});

t.test('it goes on failing: a count each period, and after a quiet one a line at once', async (t) => {
  const { lines, atLeast, warnings } = logged();
  warnings.warn('message', 'a');
  warnings.warn('message', 'b');
  await atLeast(2);
  warnings.warn('message', 'c');
  t.equal(lines.length, 2, 'counted');
  await atLeast(3);
  t.same(lines[2], { event: 'message', error: 'c', times: 1 });
  await new Promise((resolve) => setTimeout(resolve, PERIOD_MS * 3));
  warnings.warn('message', 'd');
  t.same(lines[3], { event: 'message', error: 'd' });
});

t.test('each event by itself; what is counted is logged at the end', async (t) => {
  const { lines, warnings } = logged();
  for (const event of ['call', 'message', 'call']) warnings.warn(event, 'x');
  warnings.flush();
  warnings.flush();
  t.same(lines, [
    { event: 'call', error: 'x' },
    { event: 'message', error: 'x' },
    { event: 'call', error: 'x', times: 1 },
  ]);
});
