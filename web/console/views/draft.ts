// The message that is being written to a chat. After an error the same content is sent under the same idempotency key, so
// that one message goes out even if the first request had arrived.
import type { Asked } from '../../../src/protocol/types.js';
import type { Api } from '../http/api.js';

export class Draft {
  readonly #api: Api;
  readonly #account: string;
  readonly #to: string;
  /** The last request that has not succeeded. */
  #pending = { content: '', key: '' };
  #uploaded: { readonly file: File; readonly id: string } | null = null;

  constructor(api: Api, account: string, to: string) {
    this.#api = api;
    this.#account = account;
    this.#to = to;
  }

  /** @throws (rejects) Refusal */
  async send(text: string, file: File | null): Promise<void> {
    const content = { to: this.#to, ...(file === null ? { text } : await this.#withFile(file, text)) };
    const key = this.#keyOf(content);
    await this.#api.call(this.#account, 'message.send', { ...content, key });
    // The same words again are another message.
    this.#pending = { content: '', key: '' };
    this.#uploaded = null;
  }

  async #withFile(file: File, text: string): Promise<Pick<Asked<'message.send'>, 'media' | 'caption'>> {
    if (this.#uploaded?.file !== file)
      this.#uploaded = { file, id: (await this.#api.upload(this.#account, file)).id };
    return { media: this.#uploaded.id, ...(text.trim() !== '' && { caption: text }) };
  }

  #keyOf(content: object): string {
    const now = JSON.stringify(content);
    if (this.#pending.content !== now) this.#pending = { content: now, key: newKey() };
    return this.#pending.key;
  }
}

/** crypto.randomUUID exists only on https and localhost. */
const newKey = (): string =>
  `console-${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
