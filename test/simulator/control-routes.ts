/** The routes of the control API. Arguments come from the path, the query and the JSON body. */
import type { AccountOptions } from './account.js';
import type { BrowserPage } from './browser-page.js';
import type { ChannelOptions } from './channel.js';
import type { Contact, ContactOptions, OutgoingMedia, SendOptions } from './contact.js';
import type { Device } from './device.js';
import type { GroupOptions } from './group.js';
import type { GroupChange } from './group-change.js';
import { KNOBS, type KnobName } from './knobs.js';
import type { Phone } from './phone.js';
import type { Simulator } from './simulator.js';
import type { Json } from './wire.js';

type Args = { readonly [name: string]: unknown };
type Route = (simulator: Simulator, args: Args) => unknown;

const word = (args: Args, name: string): string => {
  const value = args[name];
  if (typeof value !== 'string') throw new TypeError(`"${name}" must be a text`);
  return value;
};
const wait = (args: Args) => (args.timeoutMs === undefined ? {} : { timeoutMs: Number(args.timeoutMs) });

function phoneOf(simulator: Simulator, args: Args): Phone {
  const phone = simulator.phones.find(({ number }) => number === args.number);
  if (!phone) throw new RangeError(`no phone ${String(args.number)}`);
  return phone;
}
function contactOf(simulator: Simulator, args: Args): Contact {
  const contact = simulator.contacts.find(({ number }) => number === args.number);
  if (!contact) throw new RangeError(`no contact ${String(args.number)}`);
  return contact;
}
function pageOf(simulator: Simulator, args: Args): BrowserPage {
  const page = args.page === 'any' ? simulator.pages[0] : simulator.pages.find(({ id }) => id === args.page);
  if (!page) throw new RangeError(`no page ${String(args.page)}`);
  return page;
}

const showDevice = ({ id, online, linkedAtMs, waiting }: Device) => ({ id, online, linkedAtMs, waiting });
const showPhone = (phone: Phone) => ({
  ...phone.account.me,
  number: phone.number,
  devices: phone.devices.map(showDevice),
});
const showContact = (contact: Contact) => ({
  ...contact.wire,
  number: contact.number,
  online: contact.isOnline,
  registered: contact.registered,
  readReceipts: contact.readReceipts,
});
const showPage = ({ id, url, version, state, hasSynced, qr }: BrowserPage) => ({
  id,
  url,
  version,
  state,
  hasSynced,
  qr,
});

export const ROUTES: { readonly [pattern: string]: Route } = {
  'GET /': (simulator) => ({
    generation: simulator.generation,
    port: simulator.port,
    chromiumArgs: simulator.chromiumArgs,
    phones: simulator.phones.map(showPhone),
    contacts: simulator.contacts.map(showContact),
    groups: simulator.groups.map(({ wire }) => wire),
    pages: simulator.pages.map(showPage),
    missing: simulator.missing,
  }),
  'POST /reset': (simulator) => simulator.reset(),
  'GET /log': (simulator) => ({ events: simulator.log }),
  'GET /ledger': (simulator) => ({ arrivals: simulator.ledger }),
  'GET /loads': (simulator) => ({ loads: simulator.loads }),
  'GET /missing': (simulator) => ({ missing: simulator.missing }),

  'GET /knobs': (simulator) => ({ knobs: simulator.knobs }),
  'GET /knobs/help': () => ({ knobs: KNOBS }),
  'POST /knobs': async (simulator, args) => {
    for (const [name, value] of Object.entries(args)) await simulator.set(name as KnobName, value as never);
    return { knobs: simulator.knobs };
  },

  'GET /qr': async (simulator, args) => ({ qr: await simulator.waitForQr(wait(args)) }),
  'POST /phones': (simulator, args) => showPhone(simulator.createPhone(args as unknown as AccountOptions)),
  'GET /phones/:number': (simulator, args) => showPhone(phoneOf(simulator, args)),
  /** the passkey for an authenticator: CDP's WebAuthn.addCredential takes these fields */
  'GET /phones/:number/passkey': (simulator, args) => {
    const { id, userHandle, privateKeyPkcs8 } = phoneOf(simulator, args).passkey;
    return { id, userHandle, privateKeyPkcs8, rpId: simulator.knobs.passkeyRpId };
  },
  'GET /phones/:number/messages': (simulator, args) => ({ messages: phoneOf(simulator, args).messages }),
  /** without `qr`: scans the code that a page shows now or next */
  'POST /phones/:number/scan': async (simulator, args) => {
    const qr = args.qr === undefined ? await simulator.waitForQr(wait(args)) : word(args, 'qr');
    return showDevice(await phoneOf(simulator, args).scan(qr));
  },
  'POST /phones/:number/enter-code': async (simulator, args) =>
    showDevice(await phoneOf(simulator, args).enterCode(word(args, 'code'))),
  'POST /phones/:number/wait-online': async (simulator, args) =>
    showDevice(await phoneOf(simulator, args).waitForOnline(wait(args))),
  'POST /phones/:number/wait-unlinked': (simulator, args) =>
    phoneOf(simulator, args).waitForUnlinked(wait(args)),
  'POST /phones/:number/unlink': (simulator, args) =>
    phoneOf(simulator, args).unlink(args.device === undefined ? undefined : word(args, 'device')),
  /** does not wait for the answer */
  'POST /phones/:number/challenge': (simulator, args) => {
    void phoneOf(simulator, args).challenge(word(args, 'type') === 'CAPTCHA' ? 'CAPTCHA' : 'PASSKEY');
  },
  'POST /phones/:number/ban': (simulator, args) =>
    phoneOf(simulator, args).ban(Number(args.code) === 403 ? 403 : 406),
  'POST /phones/:number/unban': (simulator, args) => phoneOf(simulator, args).unban(),
  'POST /phones/:number/lock-reach-out': (simulator, args) =>
    phoneOf(simulator, args).lockReachOut(Number(args.ms)),
  'POST /phones/:number/conflict': (simulator, args) => phoneOf(simulator, args).conflict(),
  'POST /phones/:number/offline': (simulator, args) => phoneOf(simulator, args).offline(),
  'POST /phones/:number/online': (simulator, args) => phoneOf(simulator, args).online(),
  'POST /phones/:number/send': async (simulator, args) => ({
    id: await phoneOf(simulator, args).send(word(args, 'body'), { to: word(args, 'to') }),
  }),

  'POST /contacts': (simulator, args) =>
    showContact(simulator.createContact(args as unknown as ContactOptions)),
  'GET /contacts/:number': (simulator, args) => showContact(contactOf(simulator, args)),
  /** registered, readReceipts, online, and autoReply: a text, null to stop */
  'POST /contacts/:number': (simulator, args) => {
    const contact = contactOf(simulator, args);
    if (typeof args.registered === 'boolean') contact.registered = args.registered;
    if (typeof args.readReceipts === 'boolean') contact.readReceipts = args.readReceipts;
    if (args.online === true) contact.online();
    if (args.online === false) contact.offline();
    if (args.autoReply === null) contact.autoReply = undefined;
    const reply = args.autoReply;
    if (typeof reply === 'string') contact.autoReply = ({ body }) => reply.replaceAll('%s', () => body);
    return showContact(contact);
  },
  'GET /contacts/:number/received': (simulator, args) => ({ received: contactOf(simulator, args).received }),
  'GET /contacts/:number/sent': (simulator, args) => ({ sent: contactOf(simulator, args).sent }),
  'POST /contacts/:number/send': async (simulator, args) => {
    const { body: _body, number: _number, ...options } = args;
    return { id: await contactOf(simulator, args).send(word(args, 'body'), options as SendOptions) };
  },
  /** `data` is base64 */
  'POST /contacts/:number/send-media': async (simulator, args) => {
    const { number: _number, data: _data, to, group, id, ...media } = args;
    const bytes = Buffer.from(word(args, 'data'), 'base64');
    const place = Object.fromEntries(
      Object.entries({ to, group, id }).filter(([, value]) => value !== undefined),
    );
    return { id: await contactOf(simulator, args).sendMedia({ ...media, bytes } as OutgoingMedia, place) };
  },
  /** the file of a received message, as base64 */
  'GET /contacts/:number/media/:id': async (simulator, args) => {
    const contact = contactOf(simulator, args);
    const message = await contact.waitForMessage(({ id }) => id === args.id, wait(args));
    return { data: contact.download(message).toString('base64') };
  },
  'POST /media/expire': (simulator, args) => simulator.media.expire(word(args, 'path')),

  /** `body`, `id` or `type` select the message */
  'POST /contacts/:number/wait-message': (simulator, args) => {
    const { number: _number, timeoutMs: _timeoutMs, ...want } = args;
    return contactOf(simulator, args).waitForMessage(
      (message) =>
        Object.entries(want).every(([name, value]) => message[name as 'body' | 'id' | 'type'] === value),
      wait(args),
    );
  },
  'POST /contacts/:number/wait-delivery': (simulator, args) =>
    contactOf(simulator, args).waitForDelivery(word(args, 'id'), wait(args)),
  'POST /contacts/:number/wait-read': (simulator, args) =>
    contactOf(simulator, args).waitForRead(word(args, 'id'), wait(args)),
  'POST /contacts/:number/edit': (simulator, args) =>
    contactOf(simulator, args).edit(word(args, 'id'), word(args, 'body')),
  'POST /contacts/:number/revoke': (simulator, args) => contactOf(simulator, args).revoke(word(args, 'id')),
  'POST /contacts/:number/react': (simulator, args) =>
    contactOf(simulator, args).react(word(args, 'id'), word(args, 'emoji')),
  'POST /contacts/:number/play': (simulator, args) => contactOf(simulator, args).play(word(args, 'id')),
  'POST /contacts/:number/vote': (simulator, args) =>
    contactOf(simulator, args).vote(word(args, 'id'), args.options as string[]),
  'POST /contacts/:number/call': async (simulator, args) => ({
    id: await contactOf(simulator, args).call(args as { to?: string; video?: boolean }),
  }),

  'POST /groups': (simulator, args) => simulator.createGroup(args as unknown as GroupOptions).wire,

  'POST /channels': (simulator, args) => {
    const { id, name } = simulator.createChannel(args as unknown as ChannelOptions);
    return { id, name };
  },
  'GET /channels/:channel/posts': (simulator, args) => ({
    posts: simulator.channels.find(({ id }) => id === args.channel)?.posts ?? [],
  }),

  'POST /groups/:group/ask': (simulator, args) => {
    const { group: id, person, by } = args;
    const group = simulator.groups.find((one) => one.id === id);
    if (!group) throw new Error(`no group ${String(id)}`);
    simulator.askToJoin(group, String(person), by === undefined ? undefined : String(by));
    return group.wire;
  },

  'POST /groups/:group/:what': (simulator, args) => {
    const { group: id, by, ...change } = args;
    const group = simulator.groups.find((one) => one.id === id);
    if (!group) throw new Error(`no group ${String(id)}`);
    simulator.changeGroup(group, String(by), change as unknown as GroupChange);
    return group.wire;
  },

  'POST /faults/drop-sockets': (simulator) => simulator.faults.dropSockets(),
  'POST /faults/half-open': (simulator) => simulator.faults.halfOpen(),
  'POST /faults/network-down': (simulator) => simulator.faults.networkDown(),
  'POST /faults/network-up': (simulator) => simulator.faults.networkUp(),

  'GET /pages': (simulator) => ({ pages: simulator.pages.map(showPage) }),
  /** takes the page's id, or `any` for the first page; commands are those of page/orders.ts */
  'POST /pages/:page/:command': async (simulator, args) => {
    const { page: _page, command: _command, ...rest } = args;
    const command = word(args, 'command');
    return { result: await pageOf(simulator, args).command(command, rest as { [key: string]: Json }) };
  },
};
