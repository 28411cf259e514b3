// Builds the content of a message from a line of `send`: one of text, file, place, cards and poll.
import type { MediaKind } from '../protocol/content.js';
import { Fault } from '../protocol/fault.js';
import type { Context } from './command.js';
import { readStdin } from './stdin.js';

const MAX_CHARACTERS = 65_536;
/** Named here too: the table's own file would bring more along. */
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
    return refuse(`send: the text has ${text.length} characters; WhatsApp takes ${MAX_CHARACTERS}`, null);
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

/** One of several files, in front of what is said of it. */
export async function about<T>(file: string | undefined, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { kind, details, message } = Fault.of(error);
    if (file === undefined || message.includes(file)) throw error;
    throw new Fault(kind, { ...details, reason: `${file}: ${message}` });
  }
}

/** What is to be sent, of the one kind that the line asks for: of files each is a message, the caption with the first. */
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
    return refuse(`send: ${asked.join(' and ')} are messages of their own; send them one by one`, help);
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
    // Loaded when it is needed: the fast path is for texts.
    const { checkSize, upload } = await import('./upload.js');
    if (file.filter((path) => path === '-').length > 1) return refuse('send: stdin can be read once', help);
    for (const path of file) checkSize(path);
    const contents = [];
    // All of them before the first is sent: a name that is wrong stops the whole line.
    for (const [at, path] of file.entries())
      contents.push({
        media: await about(path, upload(context, path)),
        ...(text === undefined || at > 0 ? {} : { caption: text }),
        ...(as === undefined ? {} : { as: as as MediaKind }),
      });
    return contents;
  }
  if (asked.length > 0 && given !== undefined)
    return refuse(`send: ${asked[0]} takes no text beside it`, help);
  if (location !== undefined) return [{ location: placeOf(location) }];
  if (contact !== undefined) return [{ contacts: contact.map(cardOf) }];
  if (poll !== undefined) {
    if ((option?.length ?? 0) < 2)
      return refuse('send: a poll has two options at least: --option A --option B', help);
    return [{ poll: { question: poll, options: [...(option ?? [])], multiple: multiple === true } }];
  }
  return [{ text: await textOf(given) }];
}
