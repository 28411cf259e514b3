/** A passkey request can be answered until its time is over, and only by its own answer. */
import t from 'tap';
import { PendingPasskey } from '../../../../src/daemon/session/pending-passkey.js';
import { Fault } from '../../../../src/protocol/fault.js';
import type { PasskeyAnswer } from '../../../../src/protocol/passkey.js';

const OPTIONS = { challenge: 'Y2hhbGxlbmdl', rpId: 'whatsapp.com' };

function answer(client: object | string): PasskeyAnswer {
  const text = typeof client === 'string' ? client : JSON.stringify(client);
  return {
    id: 'aWQ',
    rawId: 'aWQ',
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: Buffer.from(text).toString('base64url'),
      authenticatorData: 'ZA',
      signature: 'cw',
    },
  };
}

const GOOD = { type: 'webauthn.get', challenge: 'Y2hhbGxlbmdl', origin: 'https://web.whatsapp.com' };

t.test('a request is pending until it expires or is cleared', async (t) => {
  let now = 1_000;
  const passkey = new PendingPasskey(() => now);
  t.equal(passkey.current(), null);
  passkey.show({ id: 3, options: OPTIONS, expiresAtMs: 2_000 });
  t.match(passkey.current(), { id: 3, options: OPTIONS });
  now = 2_000;
  t.equal(passkey.current(), null);
  t.equal(passkey.pending?.id, 3, 'a late answer may still be passed to the page');
  t.throws(() => passkey.answerable(answer(GOOD)), new Fault('no_passkey'));
  passkey.clear();
  t.equal(passkey.pending, null);
});

t.test('an answer fits only its own request', async (t) => {
  const passkey = new PendingPasskey();
  t.throws(() => passkey.answerable(null), new Fault('no_passkey'));
  passkey.show({ id: 7, options: OPTIONS, expiresAtMs: Date.now() + 60_000 });
  t.equal(passkey.answerable(answer(GOOD)).id, 7);
  t.equal(passkey.answerable(null).id, 7, 'a refusal fits any request');
  const refused = (client: object | string): string => {
    try {
      passkey.answerable(answer(client));
      return 'taken';
    } catch (error) {
      const fault = error as Fault;
      return fault instanceof Fault && fault.kind === 'invalid_params' ? fault.message : String(error);
    }
  };
  t.match(refused({ ...GOOD, challenge: 'b3RoZXI' }), /another request/);
  t.match(refused({ ...GOOD, origin: 'https://whatsapp.com' }), /made on https:\/\/whatsapp\.com/);
  t.match(refused({ ...GOOD, type: 'webauthn.create' }), /not one to navigator/);
  t.match(refused('{'), /no client data/);
  t.match(refused('null'), /not one to navigator/);
  t.equal(passkey.current()?.id, 7, 'the request is still pending');
});
