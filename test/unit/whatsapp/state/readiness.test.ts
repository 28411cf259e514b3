/** A check of the page makes two requests, and reports that arrive in between override the first answer. */
import type { Page } from 'puppeteer';
import t from 'tap';
import { look } from '../../../../src/whatsapp/page/look.js';
import type { PageReport } from '../../../../src/whatsapp/page/page-window.js';
import { PageState } from '../../../../src/whatsapp/state/page-state.js';
import { Readiness } from '../../../../src/whatsapp/state/readiness.js';
import { eventually } from '../../../harness/eventually.js';
import { keepLog } from '../../../harness/server.js';

const WID = '15550001111@c.us';
const UP = {
  ...{ url: 'https://web.whatsapp.com/', whatsappWeb: '2.3000', socketState: 'CONNECTED', still: false },
  ...{ synced: true, injected: true, attaching: true, listening: true, utils: true },
  ...{ wid: WID, platform: 'android', pushname: 'Me', missing: {} },
};
const state = (to: string): PageReport => ({
  ...{ kind: 'state', state: to, stream: null, online: true, synced: true, wid: WID },
});

/**
 * Checks a page that reports something between the two answers of its first check. Returns the daemon's
 * events.
 */
async function lookWhile(report: PageReport, then: Readonly<Record<string, unknown>>): Promise<string[]> {
  const received: string[] = [];
  const needs = { look: () => undefined, refreshQr: () => undefined, warn: () => undefined };
  const listener = {
    event: ({ type }: { type: string }) => void received.push(type),
    report: () => undefined,
  };
  const pageState = new PageState(listener, needs, true);
  let looked = 0;
  const page = {
    evaluate: async (question: unknown) => {
      if (question === look) return { ...UP, ...(looked++ === 0 ? {} : then) };
      if (looked === 1) pageState.handle(report);
      return null;
    },
  } as unknown as Page;
  const readiness = new Readiness(() => page, pageState, keepLog(), 'tell');
  pageState.judge(UP);
  received.length = 0;
  readiness.look();
  await eventually(() => looked === 2, 'the page was looked at again');
  await new Promise(setImmediate);
  return received;
}

t.test('a connection that is lost during a look does not come back with its answer', async (t) => {
  t.same(await lookWhile(state('OPENING'), { socketState: 'OPENING' }), ['client.offline']);
});

t.test('a document that is replaced during a look is not ready by what the one before it had', async (t) => {
  const reload: PageReport = { kind: 'document', url: 'https://web.whatsapp.com/' };
  t.same(await lookWhile(reload, { synced: false, listening: false, socketState: null }), [
    'client.reloading',
  ]);
});

t.test('a look that came too late is made again', async (t) => {
  t.same(await lookWhile(state('CONNECTED'), {}), ['client.ready']);
});
