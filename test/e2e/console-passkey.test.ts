/** A phone is linked in the console by a pairing code, and WhatsApp asks for the passkey of the account. */
import t from 'tap';
import { addressIn, logIn, NORMAL, press, shows } from '../harness/console.js';
import { GatewayHome } from '../harness/gateway.js';
import { Home } from '../harness/home.js';
import { inspect, launchBrowser, openPage, pictureFolder } from '../harness/page.js';
import { onLaptop, paste } from '../harness/passkey.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

const folder = await pictureFolder();
t.comment(`screenshots are in ${folder}`);

t.test('the console takes a person through pairing code and passkey', async (t) => {
  await using sim = await Simulator.start({
    generation: '2026-09-passkey',
    knobs: {
      passkeyRpId: 'web.whatsapp.com',
      passkeyListed: false,
      passkeyReads: 'toJSON',
      passkeyState: 'PAIRING',
    },
  });
  const phone = sim.createPhone({ number: NUMBER });
  await using machine = await GatewayHome.make();
  await using home = await Home.make(sim, { t, socket: await machine.socketOf('shop') });
  await home.start({ args: ['--account', 'shop'] });
  const gateway = await machine.start();
  const token = await gateway.token('linker', 'read,operate');
  const browser = await launchBrowser();
  try {
    const { page, wrong } = await openPage(browser, addressIn(gateway.url, 'shop', 'link'), NORMAL);
    await logIn(page, token);
    await shows(page, 'Or type a code on the phone');
    await page.locator('input[type="tel"]').fill('my phone');
    await press(page, 'Get a code');
    await page.waitForSelector('[role="alert"] p');
    await page.locator('input[type="tel"]').fill('+1 555 000 1111');
    await press(page, 'Get a code');
    const shown = await page.waitForSelector('.code', { timeout: 60_000 });
    const code = await shown?.evaluate((output) => String((output as { textContent?: unknown }).textContent));
    t.match(code, /^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
    await inspect(t, page, { name: 'console-code', folder });

    const linked = phone.enterCode(String(code).replace('-', ''));
    await shows(page, 'WhatsApp asks for the passkey of the account');
    await page.locator('summary').click();
    await inspect(t, page, { name: 'console-passkey', folder });
    await page.locator('form textarea').fill('not the answer');
    await press(page, 'Send the answer');
    await shows(page, 'This is not the answer of the browser');
    const snippet = await page.$eval(
      'details textarea',
      (area) => (area as unknown as { value: string }).value,
    );
    const answer = await onLaptop(sim, phone.passkey, (laptop) => paste(laptop, snippet));
    await page.locator('form textarea').fill(answer);
    await press(page, 'Send the answer');
    await linked;
    await shows(page, `This account is linked as +${NUMBER}.`);
    t.same(wrong, [], 'there was no request to another origin, and no violation of the policy');
  } finally {
    await browser.close();
  }
});
