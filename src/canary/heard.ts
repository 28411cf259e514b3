/** What the client has reported, so that a step can wait for it. */
import type { CapabilityStates } from '../protocol/capability.js';
import type { ClientEvent } from '../session/event.js';
import type { InboundMessage } from '../session/inbound-message.js';
import type { ClientListener, ClientReport } from '../session/port.js';

type Ack = Extract<ClientReport, { readonly type: 'ack' }>;
type Happened = Extract<ClientReport, { readonly type: 'happened' }>;

/** The client has ended, so nothing more is waited for. */
export class ClientEnded extends Error {}

export class Heard implements ClientListener {
  readonly events: ClientEvent[] = [];
  readonly messages: InboundMessage[] = [];
  readonly acks: Ack[] = [];
  readonly happened: Happened[] = [];
  /** The code that the page shows now. */
  qr: string | null = null;
  capabilities: CapabilityStates = {};
  readonly #waiting = new Set<() => void>();
  #ended: ClientEnded | null = null;

  event(event: ClientEvent): void {
    this.events.push(event);
    if (event.type === 'client.broken' || event.type === 'client.refused')
      this.#ended = new ClientEnded(`${event.reason}: ${event.detail ?? ''}`);
    this.#changed();
  }

  report(report: ClientReport): void {
    if (report.type === 'qr') this.qr = report.payload;
    if (report.type === 'qr-gone') this.qr = null;
    if (report.type === 'message') this.messages.push(report.message);
    if (report.type === 'ack') this.acks.push(report);
    if (report.type === 'happened') this.happened.push(report);
    if (report.type === 'capabilities') this.capabilities = { ...this.capabilities, ...report.capabilities };
    this.#changed();
  }

  /**
   * Resolves with the first result of `pick` that is not undefined.
   * @throws ClientEnded; Error `no <what> within N s`
   */
  until<T>(what: string, pick: () => T | undefined, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const over = (end: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        end();
      };
      const timer = setTimeout(
        () => over(() => reject(new Error(`no ${what} within ${timeoutMs / 1000} s`))),
        timeoutMs,
      );
      const check = (): void => {
        const found = pick();
        if (found !== undefined) over(() => resolve(found));
        else if (this.#ended !== null) over(() => reject(this.#ended));
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** Nothing more is waited for. */
  over(): void {
    this.#ended ??= new ClientEnded('the canary has ended');
    this.#changed();
  }

  #changed(): void {
    for (const check of [...this.#waiting]) check();
  }
}
