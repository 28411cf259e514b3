/** The requests of a page to the server, one row each. */

import { CHANNEL_QUESTIONS } from './channel-requests.js';
import { COMMUNITY_QUESTIONS } from './community-requests.js';
import { Group } from './group.js';
import { changeGroup, type GroupChange, tellGroup } from './group-change.js';
import { GROUP_QUESTIONS } from './group-requests.js';
import { type Args, type Asked, NEVER, type Questions, Refusal, word, wordsOf } from './request.js';
import type { Json, UpFrame } from './wire.js';
import { accountOf, contactOf, type World } from './world.js';

const QUESTIONS: Questions = {
  ...GROUP_QUESTIONS,
  ...COMMUNITY_QUESTIONS,
  ...CHANNEL_QUESTIONS,
  /** Is this number or LID on WhatsApp? */
  exists: ({ world }, args) => {
    const { existsFault } = world.knobs();
    if (existsFault === 'hangs') return NEVER;
    if (existsFault === 'throws') throw new Refusal(500, 'internal-server-error');
    const wid = word(args.wid);
    const contact = contactOf(world, wid);
    if (contact) return contact.registered ? { ...contact.wire } : null;
    const account = accountOf(world, wid);
    return account ? { ...account.me } : null;
  },

  /** A person's text about themselves; null if unknown or hidden. */
  about: ({ world }, args) =>
    (contactOf(world, word(args.wid)) ?? accountOf(world, word(args.wid)))?.about ?? null,

  privacy: ({ connection }) => ({ ...connection.device?.account.privacy }),

  /** Saves a person under a name, or with null removes the name. */
  'save-contact': ({ world, connection }, args) => {
    const contact = contactOf(world, word(args.pn));
    const account = connection.device?.account;
    if (!contact || !account) throw new Refusal(404, 'item-not-found');
    contact.save(typeof args.name === 'string' ? args.name : undefined, args.onPhone === true);
    account.push({ kind: 'contact', contact: contact.wire }, connection.device);
    return { ...contact.wire };
  },

  'set-about': ({ connection }, args) => {
    const account = connection.device?.account;
    if (!account) throw new Refusal(401, 'not-authorized');
    account.about = word(args.text);
    return null;
  },

  block: ({ connection }, args) => {
    const account = connection.device?.account;
    if (!account) throw new Refusal(401, 'not-authorized');
    if (args.blocked === true) account.blocked.add(word(args.wid));
    else account.blocked.delete(word(args.wid));
    return null;
  },

  /** Asks to be notified of a person's presence. */
  'watch-presence': ({ connection }, args) => {
    connection.device?.account.watched.add(word(args.wid));
    return null;
  },

  /** The path of a person's picture; null without one. */
  picture: ({ world }, args) =>
    (contactOf(world, word(args.wid)) ?? accountOf(world, word(args.wid)))?.picture ?? null,

  /** `data` is a data URL; null removes the picture. */
  'set-picture': ({ world, connection }, args) => {
    const account = connection.device?.account;
    if (!account) throw new Refusal(401, 'not-authorized');
    const [, base64] = word(args.data).split(',');
    account.picture = base64 === undefined ? null : world.media.put(Buffer.from(base64, 'base64'));
    return null;
  },

  'set-pushname': ({ connection }, args) => {
    const account = connection.device?.account;
    if (!account) throw new Refusal(401, 'not-authorized');
    account.me.pushname = word(args.pushname);
    return null;
  },

  business: ({ world }, args) => (contactOf(world, word(args.wid))?.profile ?? null) as Json,

  /** Creates, changes or deletes a label. */
  'label-edit': ({ connection }, args) => {
    const account = connection.device?.account;
    if (!account) throw new Refusal(401, 'not-authorized');
    const id = word(args.id);
    if (args.deleted === true) account.labels.delete(id);
    else account.labels.put({ id, name: word(args.name), color: Number(args.color) });
    return null;
  },

  'label-assign': ({ connection }, args) => {
    const account = connection.device?.account;
    if (!account) throw new Refusal(401, 'not-authorized');
    account.labels.assign(word(args.id), word(args.chat), args.labeled === true);
    return null;
  },

  /** The answer to a challenge of the account; true when it is accepted. */
  checkpoint: ({ connection }, args) => {
    const account = connection.device?.account;
    if (!account?.checkpoint || account.checkpoint.answer(account, args) !== null) return false;
    account.checkpoint = undefined;
    return true;
  },

  /** Requests a pairing code for a number. */
  code: ({ world, server, connection }, args) => {
    const { codeFault, codeUnlinks, codeUnlinkMs } = world.knobs();
    const number = word(args.number);
    if (codeFault === 'hang') return NEVER;
    if (codeFault === 'undefined') return null;
    const account = world.accounts.get(number);
    const asking = connection.device;
    if (account && codeUnlinks !== 'none') {
      const doomed =
        codeUnlinks === 'all' ? [...account.devices.values()] : asking?.account === account ? [asking] : [];
      for (const device of doomed) world.timers.after(codeUnlinkMs, () => server.unlink(device, 'code'));
    }
    const code = codeFault === 'rate-overlimit' ? undefined : server.pairing.code(number, connection);
    if (code === undefined) throw new Refusal(429, 'rate-overlimit');
    return code;
  },

  /** The phone uploads expired media again. */
  reupload: ({ world, connection }, args) => {
    const account = connection.device?.account;
    if (!world.knobs().phoneReuploads || !account || account.phoneOffline)
      throw new Refusal(404, 'item-not-found');
    if (!world.media.restore(word(args.directPath))) throw new Refusal(404, 'item-not-found');
    return null;
  },

  /** The phone sends the newest messages of a chat that are older than one, up to a limit. */
  history: ({ world, connection }, args) => {
    const account = connection.device?.account;
    if (!account || account.phoneOffline) return NEVER;
    const chats = Array.isArray(args.chats) ? args.chats.map(word) : [];
    const all = account.history.filter(({ chat }) => chats.includes(chat));
    const at = all.findIndex(({ id }) => id === args.before);
    const older = all.slice(0, at < 0 ? all.length : at);
    const messages = older.slice(-world.knobs().historyPortion);
    return { messages, more: older.length > messages.length } as unknown as Json;
  },

  /** Until when no chats may be started. */
  'time-lock': ({ world, connection }) => {
    const account = connection.device?.account;
    if (world.knobs().limitsFault === 'hangs' || !account) return NEVER;
    return { ...account.limits.timeLock };
  },

  /** The remaining new chats of a cycle. */
  cap: ({ world, connection }) => {
    const account = connection.device?.account;
    if (world.knobs().limitsFault === 'hangs' || !account) return NEVER;
    return { ...account.limits.cap(world.knobs()) };
  },

  'group-invite': ({ world }, args) => {
    const group = world.groups.get(word(args.group));
    if (!group) throw new Refusal(404, 'item-not-found');
    if (args.reset === true) group.resetInvite();
    return group.inviteCode;
  },

  /** Raw stanzas, such as the refusal of a call: only logged. */
  stanza: () => null,
  /** The refusal of a call by the native stack: only logged. */
  'reject-call': () => null,

  'group-tags': ({ world }, args) => {
    const group = world.groups.get(word(args.group));
    return [...(group?.tags ?? [])].map(([lid, tag]) => [lid, tag, group?.wire.creation ?? 0]);
  },

  /** Chooses the account's own tag, and returns the LID that has it. */
  'group-tag': ({ world, connection }, args) => {
    const group = world.groups.get(word(args.group));
    const lid = connection.device?.account.me.lid;
    if (!group || lid === undefined) throw new Refusal(404, 'item-not-found');
    group.tags.set(lid, word(args.label));
    return lid;
  },

  'group-create': ({ world, connection }, args) => {
    const me = connection.device?.account.me;
    if (!me) throw new Refusal(401, 'not-authorized');
    const asked = wordsOf(args.participants);
    const refused = unwilling(world, asked);
    const participants = [me.pn, ...asked.filter((id) => !refused.includes(id))];
    const group = new Group({ subject: word(args.subject), participants, owner: me.pn });
    world.groups.set(group.id, group);
    tellGroup(world, group, me.pn, { what: 'create' });
    return { ...group.wire, refused };
  },

  'group-change': ({ world, connection }, args) => {
    const group = world.groups.get(word(args.group));
    const me = connection.device?.account.me;
    if (!group || !me) throw new Refusal(404, 'item-not-found');
    const mine = group.wire.participants.find(({ id }) => id === me.pn || id === me.lid);
    const what = word(args.what);
    if (!mine?.admin && what !== 'leave' && (what !== 'ephemeral' || group.wire.restrict))
      throw new Refusal(403, 'forbidden');
    const refused = what === 'add' ? unwilling(world, wordsOf(args.participants)) : [];
    const { groupChanges } = world.knobs();
    const isIgnored = groupChanges === 'ignored' || (groupChanges === 'led-ignored' && LED.includes(what));
    if (isIgnored) return { ...group.wire, refused };
    const participants = wordsOf(args.participants).filter((id) => !refused.includes(id));
    changeGroup(world, group, mine?.id ?? me.pn, { ...args, what, participants } as unknown as GroupChange);
    return { ...group.wire, refused };
  },
};

/** The changes that the knob groupChanges ignores with `led-ignored`. */
const LED = ['remove', 'promote', 'demote', 'description'];

/** Returns the people who cannot be added to a group. */
const unwilling = (world: World, ids: readonly string[]): string[] =>
  ids.filter((id) => contactOf(world, id)?.addable === false);

export function answerRequest(asked: Asked, { id, what, args }: Extract<UpFrame, { type: 'request' }>): void {
  const question = QUESTIONS[what];
  const { connection } = asked;
  try {
    if (!question) throw new Refusal(501, `feature-not-implemented: ${what}`);
    const result = question(asked, args as Args);
    if (result !== NEVER) connection.send({ type: 'response', id, result });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    connection.send({ type: 'response-error', id, code: error.code, text: error.message });
  }
}
