/**
 * The server's challenge of a linked account: it blocks the account until its owner has answered, and checks
 * the answer.
 */
import { randomBytes } from 'node:crypto';
import type { Account } from './account.js';
import type { Challenge, Json } from './wire.js';

/** WhatsApp's passkeys belong to this site (WAWebIntegrityChallengeUtils). */
const RP_ID = 'whatsapp.com';

export class Checkpoint {
  readonly challenge: Challenge;
  /**
   * Resolves when it is passed, with the value that the person's authenticator has derived for the page, or
   * null.
   */
  readonly passed: Promise<{ prf: string | null }>;
  #pass: (how: { prf: string | null }) => void = () => {};

  constructor(type: 'PASSKEY' | 'CAPTCHA') {
    this.challenge = {
      challenge_type: type,
      ...(type === 'PASSKEY' && { passkey_challenge_base64: randomBytes(32).toString('base64url') }),
    };
    this.passed = new Promise((resolve) => {
      this.#pass = resolve;
    });
  }

  /** Returns what is wrong with an answer, or null. */
  answer({ passkey }: Account, args: { [key: string]: Json }): string | null {
    const text = (name: string): string => String(args[name] ?? '');
    const userHandle = text('userHandle');
    const why = passkey.objection(
      { challenge: this.challenge.passkey_challenge_base64 ?? '', rpId: RP_ID },
      {
        ...{ id: text('id'), rawId: text('rawId'), type: text('type'), clientExtensionResults: {} },
        response: {
          ...{ clientDataJSON: text('clientDataJSON'), authenticatorData: text('authenticatorData') },
          ...{ signature: text('signature'), ...(userHandle && { userHandle }) },
        },
      },
    );
    if (why === null) this.#pass({ prf: typeof args.prf === 'string' ? args.prf : null });
    return why;
  }
}
