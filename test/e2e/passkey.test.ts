/** Accounts that need a passkey to link a device: the request is relayed to a browser of the person. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import puppeteer from 'puppeteer';
import t from 'tap';
import { interceptPasskeys } from '../../src/whatsapp/page/passkey.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { holdPasskey, onLaptop, paste } from '../harness/passkey.js';
import type { Wad } from '../harness/wad.js';
import { Passkey } from '../simulator/passkey.js';
import type { Phone } from '../simulator/phone.js';
import { Simulator } from '../simulator/simulator.js';
import type { Assertion, PasskeyOptions } from '../simulator/wire.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const GENERATION = '2026-09-passkey';

/**
 * Runs on the laptop. Chromium's virtual authenticator derives no value for an imported key. This function
 * stands in for it and returns its input with a mark appended.
 */
const DERIVE = `(() => {
  const { get } = CredentialsContainer.prototype;
  CredentialsContainer.prototype.get = async function derived(options) {
    const credential = await get.call(this, options);
    const first = new Uint8Array([...options.publicKey.extensions.prf.eval.first, '!'.charCodeAt(0)]).buffer;
    return Object.defineProperty(credential, 'getClientExtensionResults', {
      value: () => ({ prf: { results: { first } } }),
    });
  };
})()`;

/** Resolves to WhatsApp's decision after the phone has scanned or typed the code. */
function noted(link: Promise<unknown>): Promise<string> {
  return link.then(
    () => 'linked',
    (error: Error) => error.message,
  );
}

const asked = (wad: Wad, after = 0) => wad.became('linking', { reason: 'passkey_required', after });
const optionsOf = async (wad: Wad): Promise<PasskeyOptions> =>
  (await wad.request('session.passkey')).options as unknown as PasskeyOptions;

async function scanned(wad: Wad, phone: Phone, not?: string): Promise<{ qr: string; done: Promise<string> }> {
  const after = await wad.mark();
  const qr = await wad.qr(not);
  const done = noted(phone.scan(qr));
  await asked(wad, after);
  return { qr, done };
}

for (const { by, knobs } of [
  { by: 'QR', knobs: {} },
  {
    by: 'code',
    knobs: {
      passkeyRpId: 'web.whatsapp.com',
      passkeyListed: false,
      passkeyReads: 'toJSON',
      passkeyState: 'PAIRING',
    },
  },
] as const) {
  t.test(`by ${by}: the snippet on the person's laptop answers, and the device is linked`, async (t) => {
    await using sim = await Simulator.start({ generation: GENERATION, knobs });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const contact = sim.createContact({ number: '15550002222' });
    const wad = await home.start();
    await wad.until('linking');
    t.same(await wad.request('session.passkey'), { required: false, options: null, expiresAt: null });
    t.match(await wad.wactl(['passkey', '-o', 'json']), { code: 0, stdout: /"required": false/ });

    let done: Promise<string>;
    if (by === 'QR') ({ done } = await scanned(wad, phone));
    else {
      const { code } = await wad.request('session.pair', { number: NUMBER });
      done = noted(phone.enterCode(code));
      await asked(wad);
    }
    t.match(await wad.status(), {
      status: 'linking',
      reason: 'passkey_required',
      hint: /^wactl .*\bpasskey$/,
    });
    const request = await wad.request('session.passkey');
    t.match(request, {
      required: true,
      options: { rpId: sim.knobs.passkeyRpId, userVerification: 'required', timeout: 600_000 },
    });
    const leftMs = Date.parse(request.expiresAt ?? '') - Date.now();
    t.ok(leftMs > 500_000 && leftMs <= 600_000, `${leftMs} ms are left`);
    t.match(
      await wad.wactl(['qr', '--raw']),
      { code: 5, stdout: '' },
      'no QR code is shown, because it could not link now',
    );
    t.match(await wad.wactl(['qr']), { code: 4, stderr: /passkey/ });
    const shown = await wad.wactl(['passkey']);
    t.match(shown, { code: 0, stdout: /console[\s\S]*wactl .*passkey --answer -/ });
    const { stdout: snippet } = await wad.wactl(['passkey', '--snippet']);
    t.ok(shown.stdout.includes(snippet.trim()), 'the output contains the whole snippet');

    const answer = await onLaptop(sim, phone.passkey, async (page) => {
      // For browsers that cannot parse the options themselves.
      if (by === 'code') await page.evaluate('delete PublicKeyCredential.parseRequestOptionsFromJSON');
      return paste(page, snippet);
    });
    t.match(await wad.wactl(['passkey', '--answer', '-'], { input: answer, timeoutMs: 45_000 }), {
      code: 0,
      stdout: /^Linked/,
    });
    t.equal(await done, 'linked');
    await wad.until('ready');
    t.equal(phone.devices.length, 1);
    const { id } = await wad.request('message.send', { to: contact.number, text: 'after the passkey' });
    t.match(await wad.request('message.wait', { id, for: 'delivered' }), { error: null });
    t.match(await wad.wactl(['passkey', '--answer', '-'], { input: answer }), {
      code: 4,
      stderr: /no passkey/,
    });
    const { challenge } = request.options as { challenge: string };
    const events = await wad.events();
    await wad.stop();
    const reports = JSON.stringify([events, wad.log]);
    t.notOk(reports.includes(challenge), 'the request is in no log and no event');
    t.notOk(
      reports.includes((JSON.parse(answer) as Assertion).response.signature),
      'the answer is in no log and no event',
    );
    t.same(await wad.leftBehind({ profile: 'kept' }), []);

    const next = await home.start();
    await next.until('ready');
    await next.stop();
  });
}

t.test(
  'after wrong answers, a refusal or no answer a QR code is shown, and the next attempt links',
  async (t) => {
    await using sim = await Simulator.start({ generation: GENERATION });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const wad = await home.start();
    await wad.until('linking');
    const file = join(home.dir, 'answer.json');
    const give = async (answer: Assertion | string) => {
      await writeFile(file, typeof answer === 'string' ? answer : JSON.stringify(answer));
      return wad.wactl(['passkey', '--answer', file, '-o', 'json'], { timeoutMs: 45_000 });
    };
    const backToCode = async (after: number, says: RegExp) => {
      await wad.became('linking', { reason: 'qr_waiting', after });
      const { data } = await wad.event('alert', ({ reason }) => reason === 'passkey_required', { after });
      t.match(data, { says, hint: /^wactl/ });
      t.equal((await wad.request('session.passkey')).required, false);
      t.equal(phone.devices.length, 0);
    };

    await t.test('an answer that does not match this request never reaches WhatsApp', async (t) => {
      const { done } = await scanned(wad, phone);
      const options = await optionsOf(wad);
      t.match(await give('{'), { code: 2, stderr: /not JSON/ });
      t.match(await give('{"response":{}}'), { code: 2 });
      const { passkey } = phone;
      t.match(await give(passkey.answer(options, { challenge: 'b3RoZXI' })), {
        code: 2,
        stderr: /another request/,
      });
      t.match(await give(passkey.answer(options, { origin: 'https://example.com' })), {
        code: 2,
        stderr: /made on/,
      });
      t.match(await wad.status(), { reason: 'passkey_required' });

      const after = await wad.mark();
      t.match(await give(passkey.answer(options, { signature: true })), {
        code: 4,
        stderr: /did not accept/,
      });
      t.match(await done, /signature/);
      await backToCode(after, /did not accept/);
    });

    await t.test("WhatsApp refuses another person's passkey", async (t) => {
      const { done } = await scanned(wad, phone);
      const after = await wad.mark();
      t.match(await give(new Passkey().answer(await optionsOf(wad))), { code: 4 });
      t.match(await done, /credential/);
      await backToCode(after, /did not accept/);
    });

    await t.test("the page receives a refusal in the form of a browser's", async (t) => {
      const { done } = await scanned(wad, phone);
      const after = await wad.mark();
      t.match(await wad.wactl(['passkey', '--refuse']), { code: 0, stdout: /^Refused/ });
      t.match(await done, /NotAllowedError/);
      await backToCode(after, /refused or cancelled/);
    });

    await t.test('a page that was reloaded meanwhile no longer asks', async (t) => {
      const { done } = await scanned(wad, phone);
      const after = await wad.mark();
      await sim.pages[0]?.reload();
      t.match(await done, /page/);
      await backToCode(after, /page .* is gone/);
    });

    await t.test('an answer that is too late is refused', async (t) => {
      await sim.set('passkeyMs', 3_000);
      const { done } = await scanned(wad, phone);
      const options = await optionsOf(wad);
      const after = await wad.mark();
      t.match(await done, /NotAllowedError/);
      await backToCode(after, /not confirmed in time/);
      t.match(await give(phone.passkey.answer(options)), { code: 4, stderr: /no_passkey/ });
      await sim.set('passkeyMs', 600_000);
    });

    await t.test('the next attempt links', async (t) => {
      const { done } = await scanned(wad, phone);
      t.match(await give(phone.passkey.answer(await optionsOf(wad))), {
        code: 0,
        stdout: /"verdict": "linked"/,
      });
      t.equal(await done, 'linked');
      await wad.until('ready');
      t.equal(phone.devices.length, 1);
      await wad.stop();
      t.same(await wad.leftBehind({ profile: 'kept' }), []);
    });
  },
);

t.test('a browser with a window may answer by itself, and then no relay is needed', async (t) => {
  await using sim = await Simulator.start({ generation: GENERATION, knobs: { syncTiming: 'timed' } });
  const phone = sim.createPhone({ number: NUMBER });
  const browser = await puppeteer.launch({
    executablePath: '/usr/bin/chromium',
    pipe: true,
    args: [...sim.chromiumArgs, '--no-sandbox'],
  });
  t.teardown(() => browser.close());
  const page = await browser.newPage();
  const reports: string[] = [];
  await page.exposeFunction('report', ({ kind }: { kind: string }) => reports.push(kind));
  await page.evaluateOnNewDocument(interceptPasskeys, 'report', true);
  await holdPasskey(page, phone.passkey, sim.knobs.passkeyRpId);
  await page.goto('https://web.whatsapp.com/');
  await phone.scan(await sim.waitForQr());
  await phone.waitForOnline();
  t.same(reports, ['passkey', 'passkey-answered']);
});

t.test('a linked account is asked for its passkey, and continues once it is answered', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  const first = await home.startLinked(phone);
  const passed = phone.challenge();
  await first.event('alert', ({ reason }) => reason === 'passkey_required');
  await first.stop();

  // The page keeps the request across restarts, so the daemon asks again.
  const wad = await home.start();
  await wad.until('ready');
  await wad.event('alert', ({ reason }) => reason === 'passkey_required');
  t.match(await wad.status(), { status: 'ready', reason: 'passkey_required', hint: /^wactl .*\bpasskey$/ });
  await eventually(
    async () => (await wad.request('session.passkey')).required,
    'the page asks for the passkey',
  );
  const request = await wad.request('session.passkey');
  t.match(request.options, { rpId: 'whatsapp.com', userVerification: 'preferred', timeout: 600_000 });
  t.equal(
    (request.options as { extensions?: { prf?: { eval?: { first?: string } } } }).extensions?.prf?.eval
      ?.first,
    Buffer.from('whatsapp-challenge').toString('base64url'),
    'the page passes the input for the derived value',
  );

  const { challenge } = request.options as unknown as PasskeyOptions;
  const wrong = phone.passkey.answer({ challenge, rpId: 'whatsapp.com' }, { signature: true });
  t.match(
    await wad.wactl(['passkey', '--answer', '-'], { input: JSON.stringify(wrong), timeoutMs: 45_000 }),
    {
      code: 4,
      stderr: /asks again/,
    },
  );
  t.equal(phone.devices.length, 1, 'the device is still linked');

  const { stdout: snippet } = await wad.wactl(['passkey', '--snippet']);
  const answer = await onLaptop(sim, phone.passkey, async (page) => {
    await page.evaluate(DERIVE);
    return paste(page, snippet);
  });
  t.match(await wad.wactl(['passkey', '--answer', '-'], { input: answer, timeoutMs: 45_000 }), { code: 0 });
  const { prf } = await passed;
  t.equal(
    prf,
    Buffer.from('whatsapp-challenge!').toString('base64url'),
    'the derived value reached the server',
  );
  t.match(await wad.status(), { status: 'ready', reason: 'none', hint: null });
  t.match(await wad.request('session.passkey'), { required: false });
  const { id } = await wad.request('message.send', { to: contact.number, text: 'after the passkey' });
  t.match(await wad.request('message.wait', { id, for: 'delivered' }), { error: null });
  t.equal(phone.devices.length, 1, 'the button that logs out was not pressed');
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});

t.test('a checkpoint that WhatsApp Web cannot show is reported to a person', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const wad = await home.start();
  await wad.link(phone);
  void phone.challenge('CAPTCHA');
  await wad.event('alert', ({ reason }) => reason === 'action_required');
  t.match(await wad.status(), { status: 'ready', reason: 'action_required' });
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});
