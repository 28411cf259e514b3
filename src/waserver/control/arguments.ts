/** Arguments of a request, as the classes want them. */
import type { Phone } from '../phone.js';
import type { WaServer } from '../wa-server.js';
import type { WaitOptions } from '../world/changes.js';
import type { Contact } from '../world/contact.js';
import type { Group } from '../world/group.js';

export type Args = Readonly<Record<string, unknown>>;

/** @throws TypeError if it is missing, or no text */
export function word(args: Args, name: string): string {
  const value = args[name];
  if (typeof value !== 'string') throw new TypeError(`"${name}" must be a text`);
  return value;
}

export const optionalWord = (args: Args, name: string): string | undefined =>
  args[name] === undefined ? undefined : word(args, name);

/** @throws TypeError if it is there, and neither true nor false */
export function flag(args: Args, name: string): boolean | undefined {
  const value = args[name];
  if (value !== undefined && typeof value !== 'boolean')
    throw new TypeError(`"${name}" must be true or false`);
  return value;
}

/** null is a value of its own. @throws TypeError if it is there, and no text */
export const wordOrNull = (args: Args, name: string): string | null | undefined =>
  args[name] === null ? null : optionalWord(args, name);

/** @throws TypeError if it is there, and none of these */
export function choice<T extends string>(args: Args, name: string, of: readonly T[]): T | undefined {
  const value = args[name];
  const found = of.find((one) => one === value);
  if (value !== undefined && found === undefined)
    throw new TypeError(`"${name}" must be one of ${of.join(', ')}`);
  return found;
}

export function words(args: Args, name: string): string[] {
  const value = args[name];
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string'))
    throw new TypeError(`"${name}" must be a list of texts`);
  return value;
}

/** A query has it as a text. Its range is checked where it is waited. @throws TypeError if it is no number */
export function wait({ timeoutMs }: Args): WaitOptions {
  if (timeoutMs === undefined) return {};
  if (typeof timeoutMs !== 'number' && (typeof timeoutMs !== 'string' || timeoutMs.trim() === ''))
    throw new TypeError('"timeoutMs" must be a number');
  return { timeoutMs: Number(timeoutMs) };
}

/** The number of a person who is named by number, wid or LID. */
export function numberOf(server: WaServer, written: string): string {
  const [user = ''] = written.split('@');
  if (!written.endsWith('@lid')) return user;
  const person = [...server.phones, ...server.contacts].find(({ lidJid }) => lidJid === written);
  if (person === undefined) throw new RangeError(`nobody has the LID ${written}`);
  return person.number;
}

export function phoneOf(server: WaServer, args: Args): Phone {
  const phone = server.phones.find(({ number }) => number === args.number);
  if (phone === undefined) throw new RangeError(`no phone ${String(args.number)}`);
  return phone;
}

export function contactOf(server: WaServer, args: Args): Contact {
  const contact = server.contacts.find(({ number }) => number === args.number);
  if (contact === undefined) throw new RangeError(`no contact ${String(args.number)}`);
  return contact;
}

export function groupOf(server: WaServer, { group: id }: Args): Group {
  const group = server.groups.find(({ jid }) => jid === id);
  if (group === undefined) throw new RangeError(`no group ${String(id)}`);
  return group;
}
