/** QR codes, pairing codes and passkeys: what is shown, what is reported, and in which order, also when the page fails. */
import type { Page } from 'puppeteer';
import t from 'tap';
import { Fault } from '../../../../src/protocol/fault.js';
import type { GuardedClient } from '../../../../src/whatsapp/library/guarded-client.js';
import { Linking } from '../../../../src/whatsapp/linking/linking.js';
import { asker } from '../../../../src/whatsapp/requests/ask.js';
import type { PageState } from '../../../../src/whatsapp/state/page-state.js';
import { settled } from '../../../harness/fake-clock.js';
import { pageHere, requireFrom, setWindow } from '../../../harness/fake-page.js';
import { keepLog } from '../../../harness/server.js';

const NUMBER = '15550001111';

interface Faults {
  /** Returns the pairing code. */
  readonly code?: () => unknown;
  readonly refresh?: () => void;
  /** What the page answers to a passkey. */
  readonly passkey?: boolean;
  readonly evaluate?: () => Promise<never>;
}

/** Everything that happens, in order, is in `done`. */
function linking(t: { teardown(undo: () => void): unknown }, faults: Faults = {}) {
  const done: string[] = [];
  const log = keepLog();
  setWindow(t, {
    require: requireFrom({
      WAWebLaunchSocketUtils: {
        refreshQR() {
          done.push('page: refresh');
          faults.refresh?.();
        },
      },
    }),
    __wad: { injected: true, dropQr: () => done.push('page: drop the old QR') },
  });
  const here = pageHere(faults.evaluate && { evaluate: faults.evaluate });
  const page =
    faults.passkey === undefined
      ? here
      : pageHere({
          evaluate: async (_run: unknown, id: number, how: object) => {
            done.push(`page: passkey ${id} ${JSON.stringify(how)}`);
            return faults.passkey;
          },
        });
  const state = { awaitsPasskey: false, passkeyAnswered: () => done.push('state: answered') };
  const guarded = {
    pupPage: page as Page | null,
    async requestPairingCode() {
      done.push('library: request');
      return faults.code ? faults.code() : 'ABCD1234';
    },
    async cancelPairingCode() {
      done.push('library: cancel');
    },
  };
  const linking = new Linking(
    guarded as unknown as GuardedClient,
    asker(() => {
      if (guarded.pupPage === null) throw new Fault('not_ready', { reason: 'no page' });
      return guarded.pupPage;
    }),
    state as unknown as PageState,
    {
      event: ({ type }) => done.push(`event: ${type}`),
      report: ({ type }) => done.push(`report: ${type}`),
    },
    log,
  );
  return { linking, done, log, state, guarded };
}

t.test('a pairing code is reported, and no refresh of the QR code cancels it', async (t) => {
  const { linking: link, done } = linking(t);
  t.equal(await link.code(NUMBER), 'ABCD1234');
  link.refreshQr();
  await settled();
  t.same(done, ['library: request', 'event: client.pairing']);
});

t.test('a code that is being requested is not cancelled by a refresh', async (t) => {
  let give: (code: string) => void = () => undefined;
  const given = new Promise<string>((resolve) => {
    give = resolve;
  });
  const { linking: link, done } = linking(t, { code: () => given });
  const code = link.code(NUMBER);
  await settled();
  link.refreshQr();
  await settled();
  t.same(done, ['library: request']);
  give('WXYZ9876');
  t.equal(await code, 'WXYZ9876');
});

t.test('when no code comes, the error is passed on and QR codes are shown and refreshed again', async (t) => {
  const { linking: link, done } = linking(t, { code: () => Promise.reject(new Error('rate-overlimit')) });
  t.match(await link.code(NUMBER).catch((error: unknown) => error), { kind: 'pairing_limited' });
  t.same(done.splice(0), ['library: request', 'page: drop the old QR', 'report: qr-gone', 'library: cancel']);
  link.refreshQr();
  await settled();
  t.same(done, ['page: refresh']);
});

t.test('the error of a pairing code is passed on also when the QR code cannot be shown', async (t) => {
  const { linking: link, guarded } = linking(t, {
    code: () => {
      guarded.pupPage = null;
      throw new Error('r: r');
    },
  });
  t.match(await link.code(NUMBER).catch((error: unknown) => error), { kind: 'pairing_failed' });
});

t.test('an old QR code is dropped in the page before it is reported as gone', async (t) => {
  const { linking: link, done } = linking(t);
  await link.showQr();
  t.same(done, ['page: drop the old QR', 'report: qr-gone', 'library: cancel']);
});

t.test('a refresh is made for a QR code, and for nothing that a person is about to use', async (t) => {
  const { linking: link, done, state, guarded } = linking(t);
  state.awaitsPasskey = true;
  link.refreshQr();
  await settled();
  t.same(done, [], 'none while a passkey is awaited');
  state.awaitsPasskey = false;
  link.refreshQr();
  await settled();
  t.same(done, ['page: refresh']);
  guarded.pupPage = null;
  t.doesNotThrow(() => link.refreshQr(), 'none without a page');
});

t.test('a refresh that fails in the page is logged and rejects nowhere', async (t) => {
  const { linking: link, log } = linking(t, {
    refresh: () => {
      throw new Error('r: r\nand more');
    },
  });
  link.refreshQr();
  await settled();
  t.match(log.lines, [{ level: 'warn', event: 'whatsapp.refresh-qr', fields: { error: 'r: r' } }]);
});

const ANSWER = { id: 'credential' } as unknown as Parameters<Linking['answerPasskey']>[1];

t.test('an answer to a passkey is noted before the page has it, a refusal is not', async (t) => {
  const { linking: link, done } = linking(t, { passkey: true });
  await link.answerPasskey(3, ANSWER);
  t.same(done.splice(0), ['state: answered', 'page: passkey 3 {"answer":{"id":"credential"}}']);
  await link.answerPasskey(4, 'refused');
  t.same(done, ['page: passkey 4 {"refused":true}']);
});

t.test('a passkey that the page does not ask for any more is no_passkey', async (t) => {
  const { linking: link } = linking(t, { passkey: false });
  t.match(await link.answerPasskey(3, ANSWER).catch((error: unknown) => error), { kind: 'no_passkey' });
});

t.test('a document that goes away during an answer is not_ready', async (t) => {
  const evaluate = () => Promise.reject(new Error('Execution context was destroyed.'));
  const { linking: link } = linking(t, { evaluate });
  t.match(await link.answerPasskey(3, ANSWER).catch((error: unknown) => error), { kind: 'not_ready' });
});
