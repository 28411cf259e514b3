/** A nudge reconnects the page's socket, or reloads the page, which also takes a session back. */
import t from 'tap';
import { NUDGE_MS, nudgePage } from '../../../../src/whatsapp/requests/nudge.js';
import { pageHere, requireFrom, setWindow } from '../../../harness/fake-page.js';

const failed = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

t.test('to reconnect, the socket of the page is asked, and the page is not reloaded', async (t) => {
  let asked = 0;
  const Socket = {
    state: 'OPENING',
    reconnect(this: { state: string }) {
      if (this.state === 'OPENING') asked += 1;
    },
  };
  setWindow(t, { require: requireFrom({ WAWebSocketModel: { Socket } }) });
  const page = pageHere({ reload: () => Promise.reject(new Error('reloaded')) });
  await nudgePage(page, 'reconnect');
  t.equal(asked, 1);
  setWindow(t, { require: requireFrom({ WAWebSocketModel: { Socket: {} } }) });
  await nudgePage(page, 'reconnect');
  setWindow(t, { require: requireFrom({}) });
  t.match(await failed(nudgePage(page, 'reconnect')), { message: /unknown module/ });
});

t.test('a reload and a takeover load the page again, within a limit, and pass on its error', async (t) => {
  for (const by of ['reload', 'takeover'] as const) {
    const reloads: object[] = [];
    const evaluate = () => Promise.reject(new Error('asked'));
    await nudgePage(pageHere({ evaluate, reload: async (how: object) => reloads.push(how) }), by);
    t.same(reloads, [{ waitUntil: 'domcontentloaded', timeout: NUDGE_MS }]);
    const error = new Error('net::ERR_INTERNET_DISCONNECTED');
    t.equal(await failed(nudgePage(pageHere({ reload: () => Promise.reject(error) }), by)), error);
  }
});
