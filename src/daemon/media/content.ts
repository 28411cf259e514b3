// Turns a request to send into one value, validated as far as possible before the page is asked.
import { type Content, type FileRef, MAX_BYTES, type MediaKind } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import type { Params } from '../../protocol/method.js';
import type { messageMethods } from '../../protocol/methods/message.js';
import { isGroupId, numberOf, parseRecipient } from '../../protocol/wid.js';
import type { MediaStore } from './media-store.js';
import type { Transcoder } from './voice.js';

type Request = Params<(typeof messageMethods)['message.send']>;

/** The types that WhatsApp shows as media and not as a document, by kind. */
const SHOWN: readonly (readonly [MediaKind, RegExp])[] = [
  ['image', /^image\/(jpeg|png|webp)$/],
  ['video', /^video\/(mp4|3gpp|quicktime)$/],
  ['audio', /^audio\/(mpeg|mp4|aac|amr|ogg)/],
];
const FITS: Readonly<Record<MediaKind, RegExp>> = {
  image: /^image\/(jpeg|png|webp|gif)$/,
  video: /^video\/(mp4|3gpp|quicktime|webm)$/,
  audio: /^audio\//,
  voice: /^(audio|video)\//,
  sticker: /^image\/(webp|png|jpeg)$/,
  document: /./,
};

const refuse = (reason: string): never => {
  throw new Fault('invalid_params', { reason, hint: null });
};

/** @throws (rejects) Fault invalid_params, no_such_media, media_unusable, media_too_large, tool_missing */
export async function contentOf(
  request: Request,
  mediaStore: Pick<MediaStore, 'get'>,
  voices: Transcoder,
  signal: AbortSignal,
): Promise<Content> {
  const { text, media, location, contacts, poll, caption, as, replyTo, mentions, linkPreview } = request;
  const given = Object.entries({ text, media, location, contacts, poll }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length !== 1) {
    const names = given.map(([name]) => name).join(' and ');
    return refuse(`One of text, media, location, contacts and poll is needed; ${names || 'none'} was given.`);
  }
  if (caption !== undefined && media === undefined) return refuse('A caption goes with media.');
  if (as !== undefined && media === undefined) return refuse('`as` goes with media.');
  if (linkPreview && text === undefined) return refuse('A link preview goes with a text.');
  const common = {
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(mentions === undefined ? {} : { mentions: mentions.map(person) }),
  };
  if (text !== undefined) return { ...common, kind: 'text', text, ...(linkPreview ? { linkPreview } : {}) };
  if (location !== undefined) {
    const { name, ...place } = location;
    return { ...common, kind: 'location', ...place, ...(name === undefined ? {} : { name }) };
  }
  if (contacts !== undefined)
    return {
      ...common,
      kind: 'contact',
      contacts: contacts.map(({ name, number }) => ({ name, number: digits(number) })),
    };
  if (poll !== undefined) {
    if (new Set(poll.options).size < poll.options.length)
      return refuse('The options of a poll must differ from each other.');
    return { ...common, kind: 'poll', ...poll, multiple: poll.multiple ?? false };
  }
  const { kind, file } = await fitting(await mediaStore.get(media as string), as, (sound) =>
    voices.asVoice(sound, signal),
  );
  if (caption !== undefined && (kind === 'voice' || kind === 'sticker' || kind === 'audio'))
    return refuse(`WhatsApp shows no caption with ${kind === 'audio' ? 'audio' : `a ${kind}`}.`);
  return { ...common, kind, file, ...(caption === undefined ? {} : { caption }) };
}

/** The file as it will be sent, and the kind as which WhatsApp will show it. */
async function fitting(
  given: FileRef,
  as: MediaKind | undefined,
  asVoice: (sound: FileRef) => Promise<FileRef>,
): Promise<{ kind: MediaKind; file: FileRef }> {
  if (given.size === 0) throw new Fault('media_unusable', { reason: 'The file is empty.', hint: null });
  const shown = SHOWN.find(([kind, types]) => types.test(given.mimetype) && given.size <= MAX_BYTES[kind]);
  const kind = as ?? shown?.[0] ?? 'document';
  if (!FITS[kind].test(given.mimetype)) {
    const reason = `The file is ${given.mimetype}, which WhatsApp does not accept as ${kind}.`;
    throw new Fault('media_unusable', { reason, more: { mimetype: given.mimetype, as: kind } });
  }
  const file = kind === 'voice' ? await asVoice(given) : given;
  if (file.size > MAX_BYTES[kind]) {
    const reason = `WhatsApp accepts at most ${MAX_BYTES[kind] / 2 ** 20} MiB as ${kind}; the file has ${(file.size / 2 ** 20).toFixed(1)}.`;
    throw new Fault('media_too_large', {
      reason,
      hint: null,
      more: { maxBytes: MAX_BYTES[kind], size: file.size },
    });
  }
  return { kind, file };
}

function person(text: string): string {
  const id = parseRecipient(text);
  return isGroupId(id) ? refuse(`${id} is a group and cannot be mentioned.`) : id;
}

const digits = (number: string): string =>
  numberOf(parseRecipient(number)) ?? refuse('A contact card needs a phone number.');
