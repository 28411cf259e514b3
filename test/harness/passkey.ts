// Gives a browser a passkey: a virtual authenticator with the person's key, as the standard's own tests use.
import type { Page } from 'puppeteer';
import type { Passkey } from '../simulator/passkey.js';

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
