// Tracks the most urgent reason why a person must act while the page keeps running, and reports it when it changes.
import type { ClientListener } from '../../session/port.js';
import type { Attention } from '../../session/state.js';

const PASSKEY: Attention = {
  reason: 'passkey_required',
  says: "WhatsApp asks for the account's passkey before it continues. Without an answer, it may unlink this device.",
};

/** WAWebIntegrityCheckpointOpener has two kinds, and shows only the passkey one (2026-04-27). */
const other = (type: string): string =>
  `WhatsApp asks for a proof that a person is there (${type}), in a form that WhatsApp Web cannot show: open WhatsApp on the phone.`;

/** Nothing to close. */
export class PersonNeeded {
  readonly #listener: ClientListener;
  #dialog: string | null = null;
  #checkpoint: string | null = null;
  #passkey: 'account' | null = null;
  #lastReported: Attention | null = null;

  constructor(listener: ClientListener) {
    this.#listener = listener;
  }

  /** A dialog waits for a person; null when it has closed. */
  dialog(says: string | null): void {
    this.#dialog = says;
    this.#report();
  }

  /** WhatsApp blocks the linked account until a person has answered. Its types are PASSKEY and CAPTCHA. */
  checkpoint(type: string | null): void {
    this.#checkpoint = type;
    this.#report();
  }

  /** The page asks for the passkey of a linked account, for any reason. */
  passkey(purpose: 'account' | null): void {
    this.#passkey = purpose;
    this.#report();
  }

  newDocument(): void {
    this.#dialog = null;
    this.#checkpoint = null;
    this.#passkey = null;
    this.#report();
  }

  #report(): void {
    const what = this.#now();
    if (what?.says === this.#lastReported?.says) return;
    this.#lastReported = what;
    this.#listener.event({ type: 'client.attention', what });
  }

  #now(): Attention | null {
    if (this.#checkpoint === 'PASSKEY' || this.#passkey !== null) return PASSKEY;
    const says = this.#checkpoint === null ? this.#dialog : other(this.#checkpoint);
    return says === null ? null : { reason: 'action_required', says };
  }
}
