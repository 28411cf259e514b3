/** A passkey for linking is created by the browser's own WebAuthn and checked by the simulated server. */
import puppeteer, { type Page } from 'puppeteer';
import t from 'tap';
import { holdPasskey } from '../../harness/passkey.js';
import { LinkRefused } from '../../simulator/pairing-service.js';
import { Passkey } from '../../simulator/passkey.js';
import { Simulator } from '../../simulator/simulator.js';
import type { PasskeyOptions } from '../../simulator/wire.js';

t.setTimeout(120_000);

const OPTIONS: PasskeyOptions = {
  challenge: 'Y2hhbGxlbmdl',
  rpId: 'whatsapp.com',
  timeout: 1,
  userVerification: 'required',
  allowCredentials: [],
};

t.test('the check finds each error in an answer', async (t) => {
  const passkey = new Passkey();
  const judge = (wrong: Parameters<Passkey['answer']>[1]) =>
    passkey.objection(OPTIONS, passkey.answer(OPTIONS, wrong));
  t.equal(judge({}), null);
  t.equal(judge({ challenge: 'b3RoZXI' }), 'challenge');
  t.equal(judge({ origin: 'https://web.whatsapp.com.example' }), 'origin');
  t.equal(judge({ rpId: 'example.com' }), 'rpId');
  t.equal(judge({ flags: 0x04 }), 'user presence');
  t.equal(judge({ flags: 0x01 }), 'user verification');
  t.equal(judge({ signature: true }), 'signature');
  t.equal(passkey.objection(OPTIONS, new Passkey().answer(OPTIONS)), 'credential');
  const answer = passkey.answer(OPTIONS);
  t.equal(
    passkey.objection(OPTIONS, { ...answer, response: { ...answer.response, userHandle: 'AAAA' } }),
    'user handle',
  );
});

async function withPage(sim: Simulator, act: (page: Page) => Promise<void>): Promise<void> {
  const browser = await puppeteer.launch({
    executablePath: '/usr/bin/chromium',
    pipe: true,
    args: [...sim.chromiumArgs, '--no-sandbox'],
  });
  try {
    const [page] = await browser.pages();
    if (page) await act(page);
  } finally {
    await browser.close();
  }
}

for (const knobs of [
  { passkeyRpId: 'whatsapp.com', passkeyListed: true, passkeyReads: 'buffers' },
  { passkeyRpId: 'web.whatsapp.com', passkeyListed: false, passkeyReads: 'toJSON' },
] as const) {
  t.test(`a browser with the passkey links (${JSON.stringify(knobs)})`, async (t) => {
    await using sim = await Simulator.start({
      generation: '2026-09-passkey',
      knobs: { ...knobs, syncTiming: 'timed' },
    });
    const phone = sim.createPhone({ number: '15550001111' });
    await withPage(sim, async (page) => {
      await holdPasskey(page, phone.passkey, knobs.passkeyRpId);
      await page.goto('https://web.whatsapp.com/');
      await phone.scan(await sim.waitForQr());
      await phone.waitForOnline();
      t.equal(phone.devices.length, 1);
    });
  });
}

t.test('a browser without it shows a code again, and nothing is linked', async (t) => {
  await using sim = await Simulator.start({
    generation: '2026-09-passkey',
    knobs: { passkeyMs: 1_000, syncTiming: 'timed' },
  });
  const phone = sim.createPhone({ number: '15550001111' });
  await withPage(sim, async (page) => {
    await page.goto('https://web.whatsapp.com/');
    const first = await sim.waitForQr();
    await t.rejects(phone.scan(first), LinkRefused);
    const next = await sim.waitForQr();
    t.not(next, first);
    t.equal(phone.devices.length, 0);
    await holdPasskey(page, new Passkey(), sim.knobs.passkeyRpId);
    await sim.set('passkeyListed', false);
    await t.rejects(phone.scan(next), /not confirmed: credential/, "another person's passkey is refused");
  });
});
