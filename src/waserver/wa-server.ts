/**
 * A WhatsApp server for clients under test: the server's side of the multi-device protocol, with phones and people that
 * a test controls. It speaks to nobody else, and a client must be given its root key.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { type Credentials, MediaHost } from './media-host.js';
import { OpenSockets } from './open-sockets.js';
import { isForeign } from './page-origin.js';
import { Phone } from './phone.js';
import { handle, handleUnlinked } from './stanzas/router.js';
import { makeServerIdentity } from './wire/certificate.js';
import { Connection } from './wire/connection.js';
import { type Node, node } from './wire/nodes.js';
import type { Introduction } from './wire/noise.js';
import { CLIENT_PAYLOAD } from './wire/schemas.js';
import { type Account, type AccountOptions, seconds } from './world/account.js';
import type { Addressing } from './world/addressing.js';
import type { Channel, Post } from './world/channel.js';
import { postAs } from './world/channel-post.js';
import { makeCommunity } from './world/community.js';
import type { Contact, ContactOptions } from './world/contact.js';
import type { Device } from './world/device.js';
import type { Group } from './world/group.js';
import { changeGroup, type GroupChange, refusalOf } from './world/group-change.js';
import { World } from './world/world.js';

export interface WaServerOptions {
  /** on 127.0.0.1; default: any that is free */
  readonly port?: number;
  /** of the media host; without them there is none, and files cannot be sent */
  readonly tls?: Credentials;
  /** under which clients know the media host; by default its address */
  readonly mediaName?: string;
}

export interface GroupOptions {
  readonly subject: string;
  /** number of the account or contact that has made it */
  readonly creator: string;
  readonly members: readonly string[];
  /** by which names its members know each other; default: by LID if one of its accounts is migrated */
  readonly addressing?: Addressing;
}

export interface ChannelOptions {
  readonly name: string;
  /** number */
  readonly owner: string;
  readonly description?: string;
}

/** Whose connection it is. */
type Client =
  | { readonly name: 'unlinked' }
  | { readonly name: 'linked'; readonly account: Account; readonly device: Device };

/** Where the media host would be, for clients that only ask. */
const NO_MEDIA_HOST = 'media.invalid';
/** A device that is not linked, or no longer. */
const NOT_LINKED = 401;
/** Its refusal says why and for how many seconds; the page stops at one without (WAWebHandleFailure). */
const BANNED_FOR_A_TIME = 402;
const BAN_CODE = '101';
const BAN_SECONDS = '3600';

export class WaServer {
  readonly #world: World;
  readonly #identity = makeServerIdentity();
  readonly #phones: Phone[] = [];
  readonly #clients = new Map<Connection, Client>();
  readonly #http: Server;
  readonly #open: OpenSockets;
  readonly #sockets: WebSocketServer;
  readonly #media: MediaHost | undefined;
  /** Why the server ended connections, and what people could not read, in words. Empty after a good test. */
  readonly #problems: string[] = [];
  /** Stanzas and requests that the server does not know, each once. */
  readonly unknown = new Set<string>();

  private constructor(media: MediaHost | undefined) {
    this.#media = media;
    this.#world = new World({
      put: (stored) => {
        if (media === undefined) throw new Error('the server was started without a media host');
        return media.put(stored);
      },
      file: (path) => media?.file(path),
    });
    this.#http = createServer((_request, response) => response.writeHead(404).end());
    this.#open = new OpenSockets(this.#http);
    this.#sockets = new WebSocketServer({
      server: this.#http,
      verifyClient: ({ req }, decide) => decide(!isForeign(req), 403),
    });
    this.#sockets.on('connection', (socket) => {
      new Connection(socket, this.#identity, {
        opened: (connection, introduction) => this.#opened(connection, introduction),
        stanza: (connection, stanza) => this.#stanza(connection, stanza),
        closed: (connection, error) => this.#closed(connection, error),
      });
    });
  }

  static async start({ tls, mediaName, port = 0 }: WaServerOptions = {}): Promise<WaServer> {
    const server = new WaServer(tls === undefined ? undefined : await MediaHost.start(tls, mediaName));
    server.#http.listen(port, '127.0.0.1');
    try {
      await once(server.#http, 'listening');
    } catch (error) {
      await server.#media?.close();
      throw error;
    }
    return server;
  }

  /** Where clients connect. */
  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/ws/chat`;
  }
  /** Where the media host is on this machine: `host:port`. undefined: there is none. */
  get mediaAddress(): string | undefined {
    return this.#media?.address;
  }
  /** What clients have to trust: the key of the root certificate, 32 bytes. */
  get rootKey(): Buffer {
    return this.#identity.root;
  }
  get problems(): readonly string[] {
    const people = [...this.#world.contacts.values(), ...this.#world.accounts.values()];
    const unreadable = people.flatMap(({ number, unreadable: all }) =>
      all.map(({ id, reason }) => `${number} cannot read ${id}: ${reason}`),
    );
    return [...this.#problems, ...unreadable];
  }

  createPhone(options: AccountOptions): Phone {
    const phone = new Phone(this.#world, this.#world.addAccount(options));
    this.#phones.push(phone);
    return phone;
  }
  get phones(): readonly Phone[] {
    return this.#phones;
  }
  get contacts(): readonly Contact[] {
    return [...this.#world.contacts.values()];
  }
  createContact(options: ContactOptions): Contact {
    return this.#world.addContact(options);
  }
  /** @throws RangeError if nobody has one of the numbers */
  createGroup({ subject, creator, members, addressing }: GroupOptions): Group {
    this.#world.known([creator, ...members]);
    return this.#world.addGroup(subject, creator, members, addressing);
  }
  /** With a group for its announcements. */
  createCommunity({ subject, creator }: Pick<GroupOptions, 'subject' | 'creator'>): Group {
    this.#world.known([creator]);
    return makeCommunity(this.#world, subject, creator);
  }
  get groups(): readonly Group[] {
    return [...this.#world.groups.values()];
  }
  /**
   * One of its members changes a group.
   * @param by the member's number
   * @throws RangeError if nobody has this number, or the change does not concern one of the people
   */
  changeGroup(group: Group, by: string, change: GroupChange): void {
    this.#world.known([by]);
    if ('participants' in change) {
      const { what, participants } = change;
      this.#world.known(participants);
      for (const number of participants)
        if (refusalOf(group, what, number) !== undefined)
          throw new RangeError(`${number} is ${group.members.get(number) ?? 'no member'}: cannot ${what}`);
    }
    changeGroup(this.#world, group, by, change);
  }
  createChannel({ name, owner, description = '' }: ChannelOptions): Channel {
    this.#world.known([owner]);
    return this.#world.addChannel(name, description, owner);
  }
  get channels(): readonly Channel[] {
    return [...this.#world.channels.values()];
  }
  /** The owner of a channel posts a text. */
  postIn(channel: Channel, body: string): Post {
    return postAs(this.#world, channel, channel.owner, { conversation: body });
  }
  /** The file under a path of the media host, still encrypted. */
  file(path: string): Buffer | undefined {
    return this.#media?.file(path);
  }

  /** Ends every connection. What is still waited for rejects. */
  async close(): Promise<void> {
    this.#world.changes.end();
    for (const connection of [...this.#clients.keys()]) connection.cut();
    for (const socket of this.#sockets.clients) socket.terminate();
    await new Promise((done) => this.#sockets.close(done));
    this.#open.end();
    await new Promise((done) => this.#http.close(done));
    await this.#media?.close();
  }

  #opened(connection: Connection, { staticKey, payload }: Introduction): void {
    const { devicePairingData, username = 0, device = 0, passive } = CLIENT_PAYLOAD.decode(payload);
    if (devicePairingData !== undefined) {
      this.#clients.set(connection, { name: 'unlinked' });
      this.#world.linking.begin(connection, staticKey, devicePairingData);
      return;
    }
    const found = this.#world.device(String(username), device);
    const reason =
      found?.account.limits.ban ?? (found?.device.noiseKey.equals(staticKey) ? undefined : NOT_LINKED);
    if (found === undefined || reason !== undefined) {
      const until = reason === BANNED_FOR_A_TIME ? { code: BAN_CODE, expire: BAN_SECONDS } : {};
      connection.send(node('failure', { reason: String(reason ?? NOT_LINKED), location: 'here', ...until }));
      connection.close();
      return;
    }
    this.#clients.set(connection, { name: 'linked', ...found });
    found.device.login(connection);
    connection.send(
      node('success', {
        t: seconds(),
        lid: found.device.lidJid,
        display_name: found.account.pushname,
        location: 'here',
        creation: seconds(),
        props: '0',
        abprops: '0',
        group_abprops: '0',
        companion_enc_static: 'NULL',
      }),
    );
    // The page asks for what waits only after linking, when it logs in as passive (WAWebClientPayload).
    if (passive !== true) found.device.activate();
  }

  #stanza(connection: Connection, stanza: Node): void {
    const client = this.#clients.get(connection);
    if (client?.name === 'unlinked') {
      const isKnown = this.#world.linking.take(connection, stanza);
      const unknown = isKnown ? undefined : handleUnlinked(connection, stanza);
      if (unknown !== undefined) this.unknown.add(unknown);
    } else if (client !== undefined) {
      const { account, device } = client;
      const mediaHost = this.#media?.name ?? NO_MEDIA_HOST;
      const unknown = handle({ world: this.#world, account, device, mediaHost }, stanza);
      if (unknown !== undefined) this.unknown.add(unknown);
    }
    this.#world.changes.changed();
  }

  #closed(connection: Connection, error: Error | undefined): void {
    const client = this.#clients.get(connection);
    this.#clients.delete(connection);
    this.#world.linking.gone(connection);
    if (client?.name === 'linked') client.device.gone(connection);
    if (error !== undefined) this.#problems.push(String(error));
    this.#world.changes.changed();
  }
}
