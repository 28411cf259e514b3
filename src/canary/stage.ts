/** Everything that a step of the deep canary acts on: the client, our server, its phone and its people. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Content, FileRef } from '../protocol/content.js';
import { type ChatId, type MessageRef, messageKey, parseMessageRef } from '../protocol/wid.js';
import type { WhatsAppClient } from '../session/port.js';
import type { Phone } from '../waserver/phone.js';
import type { WaServer } from '../waserver/wa-server.js';
import type { Contact } from '../waserver/world/contact.js';
import { messageId, type Received } from '../waserver/world/content.js';
import type { Heard } from './heard.js';

/** Numbers that nobody can have: +1 555 01… is kept for stories. */
export const NUMBERS = { me: '15550100001', ana: '15550100002', ben: '15550100003' } as const;
/** What is waited for arrives within a second on a quiet machine. */
export const WAIT_MS = 20_000;

export class Stage {
  readonly client: WhatsAppClient;
  readonly heard: Heard;
  readonly server: WaServer;
  readonly phone: Phone;
  readonly ana: Contact;
  readonly ben: Contact;
  readonly #mediaDir: string;
  #sent = 0;

  constructor(parts: {
    client: WhatsAppClient;
    heard: Heard;
    server: WaServer;
    phone: Phone;
    ana: Contact;
    ben: Contact;
    mediaDir: string;
  }) {
    this.client = parts.client;
    this.heard = parts.heard;
    this.server = parts.server;
    this.phone = parts.phone;
    this.ana = parts.ana;
    this.ben = parts.ben;
    this.#mediaDir = parts.mediaDir;
  }

  /** A text that no other message has. */
  text(what: string): string {
    this.#sent += 1;
    return `${what} ${this.#sent}`;
  }

  async file(bytes: Buffer, mimetype: string, name: string): Promise<FileRef> {
    const id = randomUUID();
    await writeFile(join(this.#mediaDir, id), bytes, { mode: 0o600 });
    return { id, mimetype, name, size: bytes.length };
  }

  /** Sends to Ana, or to a group, and returns what Ana's phone shows. @throws Error */
  async send(content: Content, chatId: ChatId = chatOf(this.ana)): Promise<Received> {
    const id = messageId();
    const outcome = await this.client.send({ chatId, messageId: id, content, again: false, other: null });
    if (outcome.outcome !== 'accepted')
      throw outcome.error instanceof Error ? outcome.error : new Error(String(outcome.error));
    if (outcome.ack < 0) throw new Error(`the server refused it with ${outcome.nack ?? 'no reason'}`);
    return this.ana.waitForMessage((message) => message.id === id, { timeoutMs: WAIT_MS });
  }

  /** A message that Ana sends, as the client reports it. */
  async receive(
    id: string,
  ): Promise<{ readonly ref: MessageRef; readonly body: string; readonly type: string }> {
    const { key, body, type } = await this.heard.until(
      'message from the other person',
      () => this.heard.messages.find((message) => message.messageId === id),
      WAIT_MS,
    );
    return { ref: parseMessageRef(key), body: body ?? '', type };
  }

  /** Our own message as the client names it. */
  own({ id }: Received): MessageRef {
    return parseMessageRef(messageKey({ fromMe: true, remote: chatOf(this.ana), id }));
  }
}

export const chatOf = ({ number }: Contact): ChatId => `${number}@c.us`;

/** @throws Error: the file of a message cannot be opened by whom it was sent to, or is another one */
export function sameFile(person: Contact, message: Received, bytes: Buffer): void {
  if (!person.download(message).equals(bytes))
    throw new Error('the file that arrives differs from the sent one');
}

/** @throws Error */
export function same(what: string, is: unknown, wanted: unknown): void {
  if (is !== wanted) throw new Error(`${what} is ${JSON.stringify(is)} instead of ${JSON.stringify(wanted)}`);
}
