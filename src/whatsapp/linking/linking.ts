// The ways to link a phone: a QR code, a pairing code for a number, and the passkey that WhatsApp requires of some
// accounts.
import type { Page } from 'puppeteer';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { PasskeyAnswer } from '../../protocol/passkey.js';
import type { ClientListener } from '../../session/port.js';
import { errorText } from '../failures/errors.js';
import type { GuardedClient } from '../library/guarded-client.js';
import type { PageWindow } from '../page/page-window.js';
import { settlePasskey } from '../page/passkey.js';
import type { Ask } from '../requests/ask.js';
import type { PageState } from '../state/page-state.js';
import { requestPairingCode } from './pairing.js';

declare const window: PageWindow;

const ASK_MS = 10_000;

/** Nothing to close. */
export class Linking {
  readonly #guarded: GuardedClient;
  readonly #ask: Ask;
  readonly #pageState: PageState;
  readonly #listener: ClientListener;
  readonly #log: Log;
  /** `code`: a pairing code is requested or shown. */
  #shows: 'qr' | 'code' = 'qr';

  constructor(guarded: GuardedClient, ask: Ask, pageState: PageState, listener: ClientListener, log: Log) {
    this.#guarded = guarded;
    this.#ask = ask;
    this.#pageState = pageState;
    this.#listener = listener;
    this.#log = log;
  }

  /** Makes the page start a new round of QR codes. The library's own refresh uses `window` in Node and never runs (H18). */
  refreshQr(): void {
    // While a pairing code is shown there is no QR code, and a refresh would cancel the pairing code.
    if (this.#shows === 'code' || this.#pageState.awaitsPasskey) return;
    const refresh = (): void => window.require('WAWebLaunchSocketUtils').refreshQR();
    this.#guarded.pupPage?.evaluate(refresh).catch((error: unknown) => {
      this.#log.warn('whatsapp.refresh-qr', { error: errorText(error) });
    });
  }

  /** Requests a pairing code. @throws (rejects) the error; a QR code is shown again then */
  async code(number: string): Promise<string> {
    this.#shows = 'code';
    const code = await requestPairingCode(this.#guarded, number).catch(async (error: unknown) => {
      await this.showQr().catch(() => undefined);
      throw error;
    });
    this.#listener.event({ type: 'client.pairing' });
    return code;
  }

  async showQr(): Promise<void> {
    this.#shows = 'qr';
    // The page shows the previous QR code until the server has sent new ones. It is no longer valid, so it must neither be
    // reported nor kept.
    await this.#ask(ASK_MS, (page) => page.evaluate(() => window.__wad?.dropQr?.()));
    this.#listener.report({ type: 'qr-gone' });
    await this.#ask(ASK_MS, () => this.#guarded.cancelPairingCode());
  }

  /** @throws (rejects) Fault no_passkey */
  async answerPasskey(id: number, answer: PasskeyAnswer | 'refused'): Promise<void> {
    const isAnswer = answer !== 'refused';
    // Before the page has the answer, because its verdict may arrive before our own call returns.
    if (isAnswer) this.#pageState.passkeyAnswered();
    const how = isAnswer ? { answer } : ({ refused: true } as const);
    if (!(await this.#ask(ASK_MS, (page: Page) => page.evaluate(settlePasskey, id, how))))
      throw new Fault('no_passkey');
  }
}
