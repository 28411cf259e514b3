// Builds the content of a message from the options of `send`: text, files, location, contacts, poll, event or choice.
import { readFileSync, statSync } from 'node:fs';
import type { MediaKind } from '../protocol/content.js';
import { Fault } from '../protocol/fault.js';
import type { Context } from './command.js';
import { moment } from './moment.js';
import { readStdin } from './stdin.js';

const MAX_CHARACTERS = 65_536;
/** Repeated here, because importing the protocol's file would load more. */
const AS: Readonly<Record<string, MediaKind>> = {
  image: 'image',
  video: 'video',
  gif: 'gif',
  'video-note': 'video_note',
  audio: 'audio',
  voice: 'voice',
  document: 'document',
  sticker: 'sticker',
};
export const KINDS = Object.keys(AS);

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
  readonly quality?: string;
  readonly 'view-once'?: boolean;
  readonly separate?: boolean;
  readonly event?: string;
  readonly starts?: string;
  readonly ends?: string;
  readonly place?: string;
  readonly describe?: string;
  readonly call?: string;
  readonly choose?: string;
  readonly 'admin-of'?: string;
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

/**
 * The contents to send, all of one kind. Several pictures and films are an album; otherwise each file is a message. The first
 * one gets the caption.
 */
export async function contentsOf(
  context: Pick<Context, 'ask' | 'output' | 'timeoutMs'>,
  given: string | undefined,
  options: SendOptions,
  { isPost }: { readonly isPost: boolean },
) {
  const { file, caption, as, location, contact, poll, option, multiple } = options;
  const kinds = Object.entries({
    '--file': file,
    '--location': location,
    '--contact': contact,
    '--poll': poll,
    '--event': options.event,
    '--choose': options.choose,
    '--admin-of': options['admin-of'],
  });
  const asked = kinds.filter(([, value]) => value !== undefined).map(([name]) => name);
  if (asked.length > 1)
    return refuse(`send: ${asked.join(' and ')} are separate messages; send them one by one`, help);
  for (const [name, value, goesWith] of [
    ['--caption', caption, '--file'],
    ['--as', as, '--file'],
    ['--quality', options.quality, '--file'],
    ['--view-once', options['view-once'], '--file'],
    ['--separate', options.separate, '--file'],
    ['--starts', options.starts, '--event'],
    ['--ends', options.ends, '--event'],
    ['--place', options.place, '--event'],
    ['--describe', options.describe, '--event'],
    ['--call', options.call, '--event'],
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
    const { areAlbum, checkSize, upload } = await import('./upload.js');
    if (file.filter((path) => path === '-').length > 1) return refuse('send: stdin can be read once', help);
    for (const path of file) checkSize(path);
    const files = [];
    // All are uploaded before the first is sent, so that a wrong name stops the whole command.
    for (const path of file) files.push(await about(path, upload(context, path)));
    const quality = options.quality as 'standard' | 'hd' | undefined;
    const shown = as === undefined ? undefined : (AS[as] as MediaKind);
    const captionOf = (at: number) => (text === undefined || at > 0 ? {} : { caption: text });
    const makesAlbum = !isPost && !options.separate && !options['view-once'] && areAlbum(files, shown);
    if (makesAlbum)
      return [
        {
          album: files.map(({ id, mimetype }, at) => ({
            media: id,
            ...captionOf(at),
            // Of the pictures among them.
            ...(quality === undefined || mimetype.startsWith('video/') ? {} : { quality }),
          })),
        },
      ];
    return files.map(({ id }, at) => ({
      media: id,
      ...captionOf(at),
      ...(shown === undefined ? {} : { as: shown }),
      ...(quality === undefined ? {} : { quality }),
      ...(options['view-once'] ? { viewOnce: true as const } : {}),
    }));
  }
  const channel = options['admin-of'];
  if (channel !== undefined) {
    const words = given === undefined ? {} : { text: await textOf(given) };
    return [{ channelInvite: { channel, ...words } }];
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
  if (options.event !== undefined) return [{ event: eventOf(options.event, options) }];
  if (options.choose !== undefined) return [{ choice: options.choose }];
  return [{ text: await textOf(given) }];
}

function eventOf(name: string, { starts, ends, place, describe, call }: SendOptions) {
  if (starts === undefined) return refuse('send: an event needs --starts TIME', help);
  return {
    name,
    startsAt: moment('starts', starts),
    ...(ends === undefined ? {} : { endsAt: moment('ends', ends) }),
    ...(place === undefined ? {} : { place }),
    ...(describe === undefined ? {} : { description: describe }),
    ...(call === undefined ? {} : { call: call as 'voice' | 'video' }),
  };
}

/** The limit of message.send is for the text in base64. */
const MAX_THUMBNAIL = 48 * 1_024;

interface PreviewOptions {
  readonly preview?: boolean;
  readonly 'preview-title'?: string;
  readonly 'preview-text'?: string;
  readonly 'preview-image'?: string;
}

/** The preview of a link: fetched by WhatsApp Web, or given by the caller. */
export function previewOf(options: PreviewOptions) {
  const { preview, 'preview-title': title, 'preview-text': description, 'preview-image': image } = options;
  if (title === undefined) {
    if (description !== undefined || image !== undefined)
      return refuse('send: a preview of your own needs --preview-title', help);
    return preview ? (true as const) : undefined;
  }
  if (preview) return refuse('send: --preview and --preview-title are two previews; leave out one', help);
  return {
    title,
    ...(description === undefined ? {} : { description }),
    ...(image === undefined ? {} : { thumbnail: thumbnailOf(image) }),
  };
}

function thumbnailOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) return refuse(`send: ${path}: there is no such file`, null);
  if (stats.size > MAX_THUMBNAIL)
    return refuse(`send: ${path}: a preview's picture has at most ${MAX_THUMBNAIL / 1_024} KiB`, null);
  const bytes = readFileSync(path);
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || bytes[2] !== 0xff)
    return refuse(`send: ${path}: a preview's picture is a JPEG`, null);
  return bytes.toString('base64');
}
