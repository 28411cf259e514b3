/** Routes of phones. */
import type { AccountOptions } from '../world/account.js';
import { flag, numberOf, optionalWord, phoneOf, wait, word } from './arguments.js';
import type { Routes } from './route.js';
import { showDevice, showPhone, showReceived, widOf } from './views.js';

const BANS = [402, 403, 406] as const;

export const PHONE_ROUTES: Routes = {
  /** number, pushname, lid, lidMigrated */
  'POST /phones': (server, args) => {
    word(args, 'number');
    for (const name of ['lid', 'pushname']) optionalWord(args, name);
    flag(args, 'lidMigrated');
    return showPhone(server.createPhone(args as unknown as AccountOptions));
  },
  'GET /phones/:number': (server, args) => showPhone(phoneOf(server, args)),
  'GET /phones/:number/messages': (server, args) => ({
    messages: phoneOf(server, args).messages.map((one) => ({ ...showReceived(one), to: one.to })),
  }),
  'POST /phones/:number/scan': async (server, args) =>
    showDevice(await phoneOf(server, args).scan(word(args, 'qr'), wait(args))),
  'POST /phones/:number/enter-code': async (server, args) =>
    showDevice(await phoneOf(server, args).enterCode(word(args, 'code'), wait(args))),
  'POST /phones/:number/wait-online': async (server, args) =>
    showDevice(await phoneOf(server, args).waitForOnline(wait(args))),
  'POST /phones/:number/wait-offline': (server, args) => phoneOf(server, args).waitForOffline(wait(args)),
  'POST /phones/:number/wait-unlinked': (server, args) => phoneOf(server, args).waitForUnlinked(wait(args)),
  /** `device` is its id; without it, all are unlinked */
  'POST /phones/:number/unlink': (server, args) => {
    const phone = phoneOf(server, args);
    const id = optionalWord(args, 'device');
    const device = phone.devices.find((one) => String(one.id) === id);
    if (id !== undefined && device === undefined) throw new RangeError(`no linked device ${id}`);
    phone.unlink(device);
  },
  /** `code` is 402, 403 or, by default, 406 */
  'POST /phones/:number/ban': (server, args) =>
    phoneOf(server, args).ban(BANS.find((code) => code === Number(args.code)) ?? 406),
  'POST /phones/:number/unban': (server, args) => phoneOf(server, args).unban(),
  'POST /phones/:number/lock-reach-out': (server, args) => {
    const ms = Number(args.ms);
    if (!Number.isFinite(ms)) throw new TypeError('"ms" must be a number');
    phoneOf(server, args).lockReachOut(ms);
  },
  'POST /phones/:number/use-up-new-chats': (server, args) =>
    phoneOf(server, args).useUpNewChats(flag(args, 'usedUp')),
  'POST /phones/:number/conflict': (server, args) => phoneOf(server, args).conflict(),
  'POST /phones/:number/cut': (server, args) => phoneOf(server, args).cut(),
  /** what the account has set: its text about itself, privacy, and whom it blocks */
  'GET /phones/:number/settings': (server, args) => {
    const { about, privacy, blocked } = phoneOf(server, args);
    return { about, privacy: Object.fromEntries(privacy), blocked: [...blocked].map(widOf) };
  },
  'POST /phones/:number/send': (server, args) => ({
    id: phoneOf(server, args).send(word(args, 'body'), { to: numberOf(server, word(args, 'to')) }),
  }),
};
