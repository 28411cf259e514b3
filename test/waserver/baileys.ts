/** Baileys, a client that we did not write, on our server. Its state is kept in memory and outlives its connections. */
import './quiet-process.js';
import makeSocket, {
  type AuthenticationCreds,
  type BaileysEventMap,
  Browsers,
  type Chat,
  type ConnectionState,
  type Contact,
  initAuthCreds,
  type PresenceData,
  type SignalDataSet,
  type SignalKeyStore,
  WA_CERT_DETAILS,
  type WACallEvent,
  type WAMessage,
  type WAMessageUpdate,
  type WASocket,
} from 'baileys';
import { Changes } from '../../src/waserver/world/changes.js';

/** Where it connects, and whom it trusts. */
export interface Address {
  readonly url: string;
  readonly rootKey: Uint8Array;
}

/** Baileys logs errors that are part of some tests. */
const quiet = {
  level: 'silent',
  child: () => quiet,
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};

class Keys implements SignalKeyStore {
  readonly #values = new Map<string, unknown>();

  // biome-ignore lint/suspicious/noExplicitAny: the interface is generic over kinds of values that we only keep
  get(kind: string, ids: string[]): any {
    const found = ids.flatMap((id) => {
      const value = this.#values.get(`${kind} ${id}`);
      return value === undefined ? [] : [[id, value]];
    });
    return Object.fromEntries(found);
  }

  set(data: SignalDataSet): void {
    for (const [kind, values] of Object.entries(data))
      for (const [id, value] of Object.entries(values ?? {}))
        if (value === null) this.#values.delete(`${kind} ${id}`);
        else this.#values.set(`${kind} ${id}`, value);
  }
}

export class Baileys {
  readonly #server: Address;
  readonly #creds: AuthenticationCreds = initAuthCreds();
  readonly #keys = new Keys();
  readonly #changes = new Changes();
  #socket: WASocket | undefined;
  #state: Partial<ConnectionState> = {};
  /** Everything that it has received or sent, in order. */
  readonly messages: WAMessage[] = [];
  readonly updates: WAMessageUpdate[] = [];
  /** Messages of the history that the phone has sent. */
  readonly history: WAMessage[] = [];
  readonly contacts: Partial<Contact>[] = [];
  /** What it has received of chats. */
  readonly chats: Partial<Chat>[] = [];
  /** The newest notices of the account's limits. */
  timeLock: ConnectionState['reachoutTimeLock'];
  cap: BaileysEventMap['message-capping.update'] | undefined;
  readonly calls: WACallEvent[] = [];
  readonly presences: { readonly id: string; readonly presence: PresenceData }[] = [];
  /** Whom another device has blocked or not: `jid add` or `jid remove`. */
  readonly blocked: string[] = [];
  /** Ids of groups whose members or subject have changed. */
  readonly groups: string[] = [];

  constructor(server: Address) {
    this.#server = server;
    WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(server.rootKey);
  }

  get socket(): WASocket {
    if (this.#socket === undefined) throw new Error('not connected');
    return this.#socket;
  }

  /** Connects, with what it knows. */
  connect(): void {
    this.#state = {};
    const socket = makeSocket({
      auth: { creds: this.#creds, keys: this.#keys },
      logger: quiet,
      waWebSocketUrl: this.#server.url,
      browser: Browsers.ubuntu('Chrome'),
      syncFullHistory: false,
      retryRequestDelayMs: 1,
      appStateMacVerification: { patch: true, snapshot: true },
    });
    this.#socket = socket;
    socket.ev.on('creds.update', (update) => {
      Object.assign(this.#creds, update);
      this.#changes.changed();
    });
    socket.ev.on('connection.update', (update) => {
      if (socket === this.#socket) this.#state = { ...this.#state, ...update };
      this.timeLock = update.reachoutTimeLock ?? this.timeLock;
      this.#changes.changed();
    });
    socket.ev.on('messages.upsert', ({ messages }) => this.#take(this.messages, messages));
    socket.ev.on('messages.update', (updates) => this.#take(this.updates, updates));
    socket.ev.on('messaging-history.set', ({ messages }) => this.#take(this.history, messages));
    socket.ev.on('contacts.upsert', (contacts) => this.#take(this.contacts, contacts));
    socket.ev.on('chats.update', (chats) => this.#take(this.chats, chats));
    socket.ev.on('message-capping.update', (cap) => {
      this.cap = cap;
      this.#changes.changed();
    });
    socket.ev.on('call', (calls) => this.#take(this.calls, calls));
    socket.ev.on('contacts.update', (contacts) => this.#take(this.contacts, contacts));
    socket.ev.on('presence.update', ({ id, presences }) =>
      this.#take(
        this.presences,
        Object.values(presences).map((presence) => ({ id, presence })),
      ),
    );
    socket.ev.on('blocklist.update', ({ blocklist, type }) =>
      this.#take(
        this.blocked,
        blocklist.map((jid) => `${jid} ${type}`),
      ),
    );
    socket.ev.on('groups.upsert', (groups) =>
      this.#take(
        this.groups,
        groups.map(({ id }) => id),
      ),
    );
    socket.ev.on('group-participants.update', ({ id }) => this.#take(this.groups, [id]));
  }

  #take<T>(list: T[], more: readonly T[]): void {
    list.push(...more);
    this.#changes.changed();
  }

  qr(): Promise<string> {
    return this.#changes.until('QR code', () => this.#state.qr);
  }
  /** A code for this number, once the server knows of it. */
  async pairingCode(number: string): Promise<string> {
    await this.qr();
    const known = new Promise((done) => this.socket.ws.once('CB:iq,,link_code_companion_reg', done));
    const code = await this.socket.requestPairingCode(number);
    await known;
    return code;
  }
  /** Connected, with everything that waited. */
  async open(): Promise<void> {
    await this.#changes.until('open connection', () =>
      this.#state.connection === 'open' ? true : undefined,
    );
    await this.#changes.until(
      'end of the offline queue',
      () => this.#state.receivedPendingNotifications || undefined,
    );
  }
  /** The status code with which the connection has ended. */
  closed(): Promise<number> {
    return this.#changes.until('end of the connection', () => {
      const error = this.#state.lastDisconnect?.error as { output?: { statusCode?: number } } | undefined;
      return this.#state.connection === 'close' ? (error?.output?.statusCode ?? 0) : undefined;
    });
  }
  until<T>(what: string, pick: () => T | undefined): Promise<T> {
    return this.#changes.until(what, pick);
  }
  /** Asks a stored query of GraphQL, by its id. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer as it comes from the server
  async graphql(id: string, variables: object): Promise<any> {
    const content = Buffer.from(JSON.stringify({ variables }));
    const answer = await this.socket.query({
      tag: 'iq',
      attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'w:mex' },
      content: [{ tag: 'query', attrs: { query_id: id }, content }],
    });
    const [result] = answer.content as { content: Uint8Array }[];
    return JSON.parse(Buffer.from(result?.content ?? []).toString());
  }
  /** The message with this text, once it is there. */
  message(text: string): Promise<WAMessage> {
    return this.until(`message "${text}"`, () => this.messages.find((one) => textOf(one) === text));
  }

  /**
   * The update of one of its messages, once that has this status. An update comes by itself, or within the message
   * if Baileys holds both back.
   */
  updated(id: string, status: number): Promise<Partial<WAMessage>> {
    return this.until(`status ${status} of ${id}`, () =>
      [
        ...this.messages.filter(({ key }) => key.id === id),
        ...this.updates.filter(({ key }) => key.id === id).map(({ update }) => update),
      ].find((one) => one.status === status),
    );
  }

  /** Shows a QR code to the phone, and connects again as a linked device. */
  async link(phone: { scan(qr: string): Promise<unknown> }): Promise<void> {
    this.connect();
    await phone.scan(await this.qr());
    await this.closed();
    this.connect();
    await this.open();
    // Until then Baileys holds its events back, for 20 seconds otherwise.
    await this.until('end of the first synchronization', () =>
      this.#creds.accountSyncCounter > 0 ? true : undefined,
    );
  }

  /** Ends the connection, as a program that stops. */
  async stop(): Promise<void> {
    await this.#socket?.end(undefined);
  }
}

export const textOf = ({ message }: WAMessage): string | undefined =>
  message?.conversation ?? message?.extendedTextMessage?.text ?? undefined;
