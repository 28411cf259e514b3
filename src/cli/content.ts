// Builds the content of a message from the options of `send`: text, files, location, contacts or poll.
import type { MediaKind } from '../protocol/content.js';
import { Fault } from '../protocol/fault.js';
import type { Context } from './command.js';
import { readStdin } from './stdin.js';

const MAX_CHARACTERS = 65_536;
/** Repeated here, because importing the protocol's file would load more. */
export const KINDS = [
  'image',
  'video',
  'audio',
  'voice',
  'document',
  'sticker',
] as const satisfies readonly MediaKind[];

export const refuse = (reason: string, hint: string | null): never => {
  throw new Fault('usage', { reason, hint });
};

async function textOf(given: string | undefined): Promise<string> {
  if (given === undefined) return refuse('send: there is no text to send', 'wactl send --help');
  const text = given === '-' ? (await readStdin(MAX_CHARACTERS * 4)).replace(/\r?\n$/, '') : given;
  if (text === '') return refuse('send: the text is empty', null);
  if (text.length > MAX_CHARACTERS) {
    return refuse(`send: the text has ${text.length} characters; WhatsApp allows ${MAX_CHARACTERS}`, null);
  }
  return text;
}

interface SendOptions {
  readonly file?: readonly string[];
  readonly caption?: string;
  readonly as?: string;
  readonly location?: string;
  readonly contact?: readonly string[];
  readonly poll?: string;
  readonly option?: readonly string[];
  readonly multiple?: boolean;
}

const help = 'wactl send --help';

/** `LAT,LON` or `LAT,LON NAME`. */
function placeOf(text: string) {
  const [, lat, lon, name] =
    /^(-?\d+(?:\.\d+)?)[,\s]\s*(-?\d+(?:\.\d+)?)(?:\s+(.+))?$/.exec(text.trim()) ?? [];
  const [latitude, longitude] = [Number(lat), Number(lon)];
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
    return refuse(`send: --location "${text}" is not LAT,LON in degrees, as 52.52,13.405`, help);
  return { latitude, longitude, ...(name === undefined ? {} : { name }) };
}

/** `NAME=NUMBER`, or a number alone. */
function cardOf(text: string) {
  const at = text.lastIndexOf('=');
  const number = text.slice(at + 1).trim();
  return { name: at > 0 ? text.slice(0, at).trim() : number, number };
}

/** Puts the name of a file in front of its errors, if there are several files. */
export async function about<T>(file: string | undefined, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { kind, details, message } = Fault.of(error);
    if (file === undefined || message.includes(file)) throw error;
    throw new Fault(kind, { ...details, reason: `${file}: ${message}` });
  }
}

/** The contents to send, all of one kind. Each file is a message; the first one gets the caption. */
export async function contentsOf(
  context: Pick<Context, 'ask' | 'output'>,
  given: string | undefined,
  options: SendOptions,
) {
  const { file, caption, as, location, contact, poll, option, multiple } = options;
  const kinds = Object.entries({
    '--file': file,
    '--location': location,
    '--contact': contact,
    '--poll': poll,
  });
  const asked = kinds.filter(([, value]) => value !== undefined).map(([name]) => name);
  if (asked.length > 1)
    return refuse(`send: ${asked.join(' and ')} are separate messages; send them one by one`, help);
  for (const [name, value, goesWith] of [
    ['--caption', caption, '--file'],
    ['--as', as, '--file'],
    ['--option', option, '--poll'],
    ['--multiple', multiple, '--poll'],
  ] as const)
    if (value !== undefined && !asked.includes(goesWith))
      return refuse(`send: ${name} goes with ${goesWith}`, help);
  if (file !== undefined) {
    if (given !== undefined && caption !== undefined)
      return refuse('send: the text is the caption; leave out one', help);
    const text = caption ?? (given === undefined ? undefined : await textOf(given));
    // Loaded only for files, so that a text starts fast.
    const { checkSize, upload } = await import('./upload.js');
    if (file.filter((path) => path === '-').length > 1) return refuse('send: stdin can be read once', help);
    for (const path of file) checkSize(path);
    const contents = [];
    // All are uploaded before the first is sent, so that a wrong name stops the whole command.
    for (const [at, path] of file.entries())
      contents.push({
        media: await about(path, upload(context, path)),
        ...(text === undefined || at > 0 ? {} : { caption: text }),
        ...(as === undefined ? {} : { as: as as MediaKind }),
      });
    return contents;
  }
  if (asked.length > 0 && given !== undefined)
    return refuse(`send: ${asked[0]} cannot be combined with a text`, help);
  if (location !== undefined) return [{ location: placeOf(location) }];
  if (contact !== undefined) return [{ contacts: contact.map(cardOf) }];
  if (poll !== undefined) {
    if ((option?.length ?? 0) < 2)
      return refuse('send: a poll needs at least two options: --option A --option B', help);
    return [{ poll: { question: poll, options: [...(option ?? [])], multiple: multiple === true } }];
  }
  return [{ text: await textOf(given) }];
}
