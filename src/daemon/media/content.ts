// Turns a request to send into one value, validated as far as possible before the page is asked.
import {
  type AlbumPart,
  type Content,
  type FileRef,
  type LinkPreview,
  MAX_BYTES,
  type MediaKind,
} from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import type { Params } from '../../protocol/method.js';
import type { messageMethods } from '../../protocol/methods/message.js';
import { isChannelId, isGroupId, noChannelId, numberOf, parseRecipient } from '../../protocol/wid.js';
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
  gif: /^video\/(mp4|quicktime)$/,
  video_note: /^video\/(mp4|quicktime)$/,
  audio: /^audio\//,
  voice: /^(audio|video)\//,
  sticker: /^image\/(webp|png|jpeg)$/,
  document: /./,
};

const NO_CAPTION: ReadonlySet<MediaKind> = new Set(['voice', 'sticker', 'audio', 'video_note']);

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
  const { text, media, album, location, contacts, poll, event, choice, channelInvite } = request;
  const { caption, as, quality, viewOnce, replyTo, mentions, mentionAll, linkPreview } = request;
  const all = { text, media, album, location, contacts, poll, event, choice, channelInvite };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  if (given.length !== 1) {
    const names = given.map(([name]) => name).join(' and ');
    return refuse(
      `One of text, media, album, location, contacts, poll, event, choice and channelInvite is needed; ${names || 'none'} was given.`,
    );
  }
  if (caption !== undefined && media === undefined) return refuse('A caption goes with media.');
  if (as !== undefined && media === undefined) return refuse('`as` goes with media.');
  if (quality !== undefined && media === undefined) return refuse('`quality` goes with media.');
  if (viewOnce && media === undefined) return refuse('`viewOnce` goes with media.');
  if (choice !== undefined && replyTo === undefined)
    return refuse('A choice needs `replyTo`: the message with the buttons or the list.');
  if (mentionAll && ![text, caption, ...(album ?? []).map((part) => part.caption)].some(isLoud))
    return refuse('A text that mentions everybody contains @all.');
  if (mentionAll && !isGroupId(request.to)) return refuse('Everybody can be mentioned only in a group.');
  if (linkPreview && text === undefined) return refuse('A link preview goes with a text.');
  const reply = replyTo === undefined ? {} : { replyTo };
  const people = mentions === undefined ? {} : { mentions: mentions.map(person) };
  const common = { ...reply, ...people, ...(mentionAll ? { mentionAll } : {}) };
  if (album !== undefined) {
    const parts: AlbumPart[] = [];
    for (const part of album) {
      const { kind, file } = await fitting(await mediaStore.get(part.media), part.as, (sound) =>
        voices.asVoice(sound, signal),
      );
      if (kind !== 'image' && kind !== 'video')
        return refuse(`An album has pictures and films; ${file.name ?? 'a file'} would be sent as ${kind}.`);
      if (part.quality !== undefined && kind !== 'image') return refuse('`quality` goes with an image.');
      parts.push({
        ...{ kind, file },
        ...(part.caption === undefined ? {} : { caption: part.caption, ...people }),
        ...(mentionAll && isLoud(part.caption) ? { mentionAll } : {}),
        ...(part.quality === 'hd' ? { quality: part.quality } : {}),
      });
    }
    return { ...reply, kind: 'album', parts };
  }
  if (text !== undefined)
    return {
      ...common,
      kind: 'text',
      text,
      ...(linkPreview ? { linkPreview: cardOf(text, linkPreview) } : {}),
    };
  if (choice !== undefined) return { ...common, kind: 'choice', choice };
  if (channelInvite !== undefined) {
    const { channel, text: words } = channelInvite;
    if (!isChannelId(channel.trim())) return refuse(noChannelId(channel.trim()));
    if (isGroupId(request.to)) return refuse('Only a person can become an admin of a channel.');
    const said = words === undefined ? {} : { text: words };
    return { ...common, kind: 'channel_invite', channel: channel.trim(), ...said };
  }
  if (event !== undefined) return { ...common, kind: 'event', ...eventOf(event) };
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
  if (caption !== undefined && NO_CAPTION.has(kind))
    return refuse(
      `WhatsApp shows no caption with ${kind === 'audio' ? 'audio' : `a ${kind.replace('_', ' ')}`}.`,
    );
  if (quality !== undefined && kind !== 'image') return refuse('`quality` goes with an image.');
  if (viewOnce && !['image', 'video', 'voice'].includes(kind))
    return refuse(
      `WhatsApp does not send ${kind} to be viewed once: only an image, a video or a voice message.`,
    );
  return {
    ...common,
    kind,
    file,
    ...(caption === undefined ? {} : { caption }),
    ...(quality === 'hd' ? { quality } : {}),
    ...(viewOnce ? { viewOnce } : {}),
  };
}

const isLoud = (text: string | undefined): boolean => text !== undefined && /@all\b/.test(text);

/** The first address in the text, unless the preview names another one of its addresses. */
function cardOf(text: string, preview: NonNullable<Request['linkPreview']>): LinkPreview {
  if (preview === true) return true;
  const { url = /https?:\/\/\S+/.exec(text)?.[0], title, description, thumbnail } = preview;
  if (url === undefined || !text.includes(url))
    return refuse('The text does not contain the link of its preview.');
  return {
    url,
    title,
    ...(description === undefined ? {} : { description }),
    ...(thumbnail === undefined ? {} : { thumbnail }),
  };
}

function eventOf({ name, description, startsAt, endsAt, place, call }: NonNullable<Request['event']>) {
  if (endsAt !== undefined && Date.parse(endsAt) < Date.parse(startsAt))
    return refuse('The event ends before it begins.');
  return {
    name,
    startsAt,
    ...(description === undefined ? {} : { description }),
    ...(endsAt === undefined ? {} : { endsAt }),
    ...(place === undefined ? {} : { place }),
    ...(call === undefined ? {} : { call }),
  };
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
