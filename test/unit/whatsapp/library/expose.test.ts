/** Calls of the page reach the function that was exposed last; a bad call or a failing function reaches nothing else. */
import { EventEmitter } from 'node:events';
import type { CDPSession, Page } from 'puppeteer';
import t from 'tap';
import { exposeOneWay } from '../../../../src/whatsapp/library/expose.js';
import { settled } from '../../../harness/fake-clock.js';
import { pageHere, setWindow } from '../../../harness/fake-page.js';

async function exposing(
  t: { teardown(undo: () => void): unknown },
  release = async (): Promise<void> => undefined,
) {
  const sent: string[] = [];
  const failures: string[] = [];
  const window: Record<string, (...args: unknown[]) => unknown> = {};
  setWindow(t, window);
  const session = Object.assign(new EventEmitter(), {
    async send(method: string) {
      sent.push(method);
      if (method === 'Runtime.releaseObjectGroup') await release();
    },
  });
  const laterDocuments: string[] = [];
  const page = pageHere({
    evaluateOnNewDocument: async (_tell: unknown, name: string) => void laterDocuments.push(name),
  }) as Page;
  await exposeOneWay(page, session as unknown as CDPSession, (name, error) =>
    failures.push(`${name}: ${(error as Error).message}`),
  );
  const binding = (payload: string, name = '__wadEvent') =>
    session.emit('Runtime.bindingCalled', { name, payload });
  window.__wadEvent = (payload) => binding(String(payload));
  return { page, session, sent, failures, window, laterDocuments, binding };
}

t.test('the binding is added after Runtime.enable, which makes it survive a change of process', async (t) => {
  const { sent } = await exposing(t);
  t.same(sent, ['Runtime.enable', 'Runtime.addBinding']);
});

t.test('a call arrives with its arguments, and the page gets its first argument back', async (t) => {
  const { page, window } = await exposing(t);
  const calls: unknown[][] = [];
  await page.exposeFunction('onCode', (...args: unknown[]) => calls.push(args));
  t.equal(window.onCode?.('ABCD1234', { a: 1 }), 'ABCD1234');
  t.same(calls, [['ABCD1234', { a: 1 }]]);
});

t.test('a name that is exposed again is replaced, and installed once for later documents', async (t) => {
  const { page, window, laterDocuments } = await exposing(t);
  const received: string[] = [];
  await page.exposeFunction('on', () => received.push('first'));
  Reflect.deleteProperty(window, 'on');
  await page.exposeFunction('on', () => received.push('second'));
  window.on?.();
  t.same(received, ['second']);
  t.same(laterDocuments, ['on']);
});

t.test('a function that throws or rejects is reported by its name, and the next call arrives', async (t) => {
  const { page, window, failures } = await exposing(t);
  let calls = 0;
  await page.exposeFunction('throws', () => {
    calls += 1;
    throw new Error('thrown');
  });
  await page.exposeFunction('rejects', () => Promise.reject(new Error('rejected')));
  for (const name of ['throws', 'rejects', 'throws']) window[name]?.();
  await settled();
  t.same(failures, ['throws: thrown', 'throws: thrown', 'rejects: rejected']);
  t.equal(calls, 2);
});

t.test('any script of the page may call with anything: no call, and no failure', async (t) => {
  const { page, binding, failures } = await exposing(t);
  const calls: unknown[][] = [];
  await page.exposeFunction('on', (...args: unknown[]) => calls.push(args));
  for (const payload of ['', 'no JSON', 'null', '{}', '[]', '["unknown", []]', '[{"a":1}, []]'])
    binding(payload);
  binding('["on", [1]]', 'another binding');
  await settled();
  t.same([calls, failures], [[], []]);
  binding('["on", "no list"]');
  await settled();
  t.same([calls, failures], [[[]], []]);
});

t.test('the unread counts of the library are dropped', async (t) => {
  const { page, window } = await exposing(t);
  await page.exposeFunction('onChatUnreadCountEvent', () => t.fail('called'));
  t.equal(window.onChatUnreadCountEvent?.(1), 1);
  await settled();
});

t.test('what the page prints is released once per turn, and bare values need no release', async (t) => {
  const { session, sent } = await exposing(t, () => Promise.reject(new Error('Target closed')));
  const released = () => sent.filter((method) => method === 'Runtime.releaseObjectGroup').length;
  const prints = (...args: object[]) => session.emit('Runtime.consoleAPICalled', { args });
  prints({ type: 'string' });
  session.emit('Runtime.exceptionThrown', { exceptionDetails: {} });
  await settled();
  t.equal(released(), 0);
  prints({ objectId: '1' });
  prints({ objectId: '2' });
  session.emit('Runtime.exceptionThrown', { exceptionDetails: { exception: { objectId: '3' } } });
  t.equal(released(), 0, 'after everything else of the turn');
  await settled();
  t.equal(released(), 1);
  prints({ type: 'string' }, { objectId: '4' });
  await settled();
  t.equal(released(), 2, 'also after a release that failed');
});
