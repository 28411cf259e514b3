/** Routes of people. */
import type { WaServer } from '../wa-server.js';
import type { Contact, ContactOptions, SendOptions } from '../world/contact.js';
import type { FileType } from '../world/file.js';
import {
  type Args,
  choice,
  contactOf,
  flag,
  groupOf,
  numberOf,
  optionalWord,
  wait,
  word,
  wordOrNull,
} from './arguments.js';
import type { Routes } from './route.js';
import { showContact, showReceived, showSent } from './views.js';

/**
 * What can be set of a person. autoReply: a text, in which `%s` is what was received; null to stop. about: null hides it.
 * picture: base64; null removes it
 */
function change(contact: Contact, args: Args): void {
  const online = flag(args, 'online');
  const [autoReply, about, picture] = (['autoReply', 'about', 'picture'] as const).map((name) =>
    wordOrNull(args, name),
  );
  contact.registered = flag(args, 'registered') ?? contact.registered;
  contact.readReceipts = flag(args, 'readReceipts') ?? contact.readReceipts;
  contact.writesUnder = choice(args, 'writesUnder', ['lid', 'pn']) ?? contact.writesUnder;
  if (online === true) contact.online();
  if (online === false) contact.offline();
  if (about !== undefined) contact.setAbout(about);
  if (picture === null) contact.setPicture(null);
  else if (picture !== undefined) contact.setPicture(Buffer.from(picture, 'base64'));
  if (autoReply === null) contact.autoReply = undefined;
  else if (autoReply !== undefined) contact.autoReply = ({ body }) => autoReply.replaceAll('%s', () => body);
}

function place(server: WaServer, args: Args): SendOptions {
  const to = optionalWord(args, 'to');
  const id = optionalWord(args, 'id');
  return {
    ...(to === undefined ? {} : { to: numberOf(server, to) }),
    ...(id === undefined ? {} : { id }),
    ...(args.group === undefined ? {} : { group: groupOf(server, args) }),
  };
}

/** What `type` may be. A voice message has the simulator's name as well. */
const TYPES: Readonly<Record<string, FileType>> = {
  ...{ image: 'image', video: 'video', audio: 'audio', voice: 'voice', ptt: 'voice' },
  ...{ sticker: 'sticker', document: 'document' },
};

/** Without `type`, by the mimetype. Voice messages and stickers are audio and images that only `type` tells apart. */
function typeOf({ type, mimetype }: Args): FileType {
  if (type === undefined) {
    const [kind = ''] = String(mimetype).split('/');
    return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'document';
  }
  const named = Object.hasOwn(TYPES, String(type)) ? TYPES[String(type)] : undefined;
  if (named === undefined) throw new TypeError(`"type" must be one of ${Object.keys(TYPES).join(', ')}`);
  return named;
}

/** What clients send of each type. */
const MIMETYPES: Readonly<Record<FileType, string>> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/mpeg',
  voice: 'audio/ogg; codecs=opus',
  sticker: 'image/webp',
  document: 'application/octet-stream',
};

/** One of the two is enough. */
function kindOf(args: Args): { type: FileType; mimetype: string } {
  const mimetype = optionalWord(args, 'mimetype');
  if (mimetype === undefined && args.type === undefined)
    throw new TypeError('"mimetype" or "type" must be given');
  const type = typeOf(args);
  return { type, mimetype: mimetype ?? MIMETYPES[type] };
}

const APPEARANCES = ['available', 'unavailable', 'composing', 'recording', 'paused'] as const;

export const CONTACT_ROUTES: Routes = {
  /** number, pushname, name, lid, and what can be changed. Reads what it receives unless readReceipts is false */
  'POST /contacts': (server, args) => {
    word(args, 'number');
    for (const name of ['lid', 'name', 'pushname']) optionalWord(args, name);
    const contact = server.createContact(args as unknown as ContactOptions);
    change(contact, { readReceipts: true, ...args });
    return showContact(contact);
  },
  'GET /contacts/:number': (server, args) => showContact(contactOf(server, args)),
  'POST /contacts/:number': (server, args) => {
    const contact = contactOf(server, args);
    change(contact, args);
    return showContact(contact);
  },
  'GET /contacts/:number/received': (server, args) => ({
    received: contactOf(server, args).received.map(showReceived),
  }),
  'GET /contacts/:number/sent': (server, args) => ({ sent: contactOf(server, args).sent.map(showSent) }),
  'POST /contacts/:number/send': (server, args) => ({
    id: contactOf(server, args).send(word(args, 'body'), place(server, args)),
  }),
  /** `data` (base64), `caption`, `filename`; `mimetype`, `type` (image, video, audio, voice, sticker, document) or both */
  'POST /contacts/:number/send-media': (server, args) => {
    const caption = optionalWord(args, 'caption');
    const filename = optionalWord(args, 'filename');
    const file = {
      bytes: Buffer.from(word(args, 'data'), 'base64'),
      ...kindOf(args),
      ...(caption === undefined ? {} : { caption }),
      ...(filename === undefined ? {} : { filename }),
    };
    return { id: contactOf(server, args).sendFile(file, place(server, args)) };
  },
  /** the file of a received message, as base64 */
  'GET /contacts/:number/media/:id': async (server, args) => {
    const contact = contactOf(server, args);
    const message = await contact.waitForMessage(({ id }) => id === args.id, wait(args));
    return { data: contact.download(message).toString('base64') };
  },
  /** `body`, `id` or `type` select the message */
  'POST /contacts/:number/wait-message': async (server, args) => {
    const { number: _number, timeoutMs: _timeoutMs, ...want } = args;
    const fits = (message: object): boolean =>
      Object.entries(want).every(([name, value]) => Reflect.get(message, name) === value);
    return showReceived(await contactOf(server, args).waitForMessage(fits, wait(args)));
  },
  'POST /contacts/:number/wait-delivery': async (server, args) =>
    showSent(await contactOf(server, args).waitForDelivery(word(args, 'id'), wait(args))),
  'POST /contacts/:number/wait-read': async (server, args) =>
    showSent(await contactOf(server, args).waitForRead(word(args, 'id'), wait(args))),
  'POST /contacts/:number/read': (server, args) => {
    const contact = contactOf(server, args);
    contact.read(receivedBy(contact, word(args, 'id')));
  },
  /** `state`: available, unavailable, composing, recording or paused; `lastSeen`: in seconds, null if hidden */
  'POST /contacts/:number/appear': (server, args) => {
    word(args, 'state');
    const state = choice(args, 'state', APPEARANCES) ?? 'available';
    const { lastSeen } = args;
    if (lastSeen !== undefined && lastSeen !== null && typeof lastSeen !== 'number')
      throw new TypeError('"lastSeen" must be a number or null');
    contactOf(server, args).appear(state, lastSeen);
  },
  /** `video`; `to` is the account's number, by default the first */
  'POST /contacts/:number/call': (server, args) => {
    const to = optionalWord(args, 'to');
    const number = to === undefined ? {} : { to: numberOf(server, to) };
    return { id: contactOf(server, args).call({ ...number, video: flag(args, 'video') === true }) };
  },
  'POST /contacts/:number/hang-up': (server, args) => contactOf(server, args).hangUp(word(args, 'id')),
  'GET /contacts/:number/calls': (server, args) => ({ calls: contactOf(server, args).calls.all }),
  /** what the person was told of the presence and the typing of accounts */
  'GET /contacts/:number/observed': (server, args) => ({ observed: contactOf(server, args).observed }),
  'POST /contacts/:number/edit': (server, args) => {
    contactOf(server, args).edit(word(args, 'id'), word(args, 'body'));
  },
  'POST /contacts/:number/revoke': (server, args) => {
    contactOf(server, args).revoke(word(args, 'id'));
  },
  'POST /contacts/:number/react': (server, args) => {
    const contact = contactOf(server, args);
    contact.react(receivedBy(contact, word(args, 'id')), word(args, 'emoji'));
  },
};

function receivedBy(contact: Contact, id: string) {
  const message = contact.received.find((one) => one.id === id);
  if (message === undefined) throw new RangeError(`no message ${id}`);
  return message;
}
