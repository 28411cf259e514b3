// A browser of a person with a passkey: a virtual authenticator with the person's key, as the standard's own tests use.
import puppeteer, { type Page } from 'puppeteer';
import type { Passkey } from '../simulator/passkey.js';
import type { Simulator } from '../simulator/simulator.js';

const base64 = (url: string): string => Buffer.from(url, 'base64url').toString('base64');

/** Makes the page's navigator.credentials.get answer with this key, without user interaction. */
export async function holdPasskey(page: Page, passkey: Passkey, rpId: string): Promise<void> {
  const cdp = await page.createCDPSession();
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await cdp.send('WebAuthn.addCredential', {
    authenticatorId,
    credential: {
      credentialId: base64(passkey.id),
      isResidentCredential: true,
      rpId,
      privateKey: passkey.privateKeyPkcs8,
      userHandle: base64(passkey.userHandle),
      signCount: 0,
    },
  });
}

/** The person's laptop: a separate browser on the same site, which has the passkey. */
export async function onLaptop<T>(
  sim: Simulator,
  passkey: Passkey,
  act: (page: Page) => Promise<T>,
): Promise<T> {
  const browser = await puppeteer.launch({
    executablePath: '/usr/bin/chromium',
    pipe: true,
    args: [...sim.chromiumArgs, '--no-sandbox'],
  });
  try {
    const page = await browser.newPage();
    await holdPasskey(page, passkey, sim.knobs.passkeyRpId);
    await page.goto('https://web.whatsapp.com/');
    return await act(page);
  } finally {
    await browser.close();
  }
}

/** Pastes into the console, presses the button, copies the answer. */
export async function paste(page: Page, snippet: string): Promise<string> {
  await page.evaluate(snippet);
  const button = await page.waitForSelector('::-p-aria([role="button"][name="Confirm with the passkey"])');
  await button?.click();
  return (await page.evaluate('wad')) as string;
}
