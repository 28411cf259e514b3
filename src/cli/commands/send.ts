// `wactl send`: sends a message.
import { Fault } from '../../protocol/fault.js';
import { isFaultKind } from '../../protocol/fault-table.js';
import type { Known, Outgoing } from '../../protocol/schema.js';
import type { SendState } from '../../protocol/state.js';
import { isPostId } from '../../protocol/wid.js';
import { type Context, command } from '../command.js';
import { about, contentsOf, KINDS, previewOf, refuse } from '../content.js';
import { MOMENT, windowOf } from '../moment.js';
import { type Accepted, renderSent } from '../render/message.js';

const WAIT_MS = 60_000;
/** The limit of message.send. */
const MAX_KEY = 256;
const GOALS = ['accepted', 'sent', 'delivered', 'read'] as const;
type Goal = (typeof GOALS)[number];
/** The states of success in their order. A message in a later state than the goal has reached it. */
const ROAD: readonly SendState[] = ['queued', 'sending', 'sent', 'delivered', 'read'];

const lookUp = (id: string): string => `wactl outbox show ${id}`;

/** Null when the message has reached the goal, else the fault to report. */
function shortfall(message: Outgoing, goal: Exclude<Goal, 'accepted'>, waitedMs: number): Fault | null {
  const { id, messageId, state, error } = message;
  const more = { id, messageId, state };
  if (ROAD.indexOf(state) >= ROAD.indexOf(goal)) return null;
  if (state === 'unknown') {
    return new Fault('outcome_unknown', {
      reason: error?.reason,
      hint: lookUp(id),
      outcome: 'unknown',
      more,
    });
  }
  if (ROAD.includes(state)) {
    const reason = `accepted as ${id}, but not ${goal} after ${waitedMs / 1000} s; it stays in the queue`;
    return new Fault('wait_expired', { reason, hint: lookUp(id), more });
  }
  return new Fault(isFaultKind(error?.kind) ? error.kind : 'send_failed', {
    reason: error?.reason ?? `the message ${id} is ${state}`,
    hint: error ? error.hint : lookUp(id),
    more,
  });
}

/** Waits for the goal. If the wait ends early, the message stays accepted; the caller shows its last known state. */
async function follow(
  { ask }: Pick<Context, 'ask'>,
  accepted: Accepted,
  goal: Exclude<Goal, 'accepted'>,
  waitMs: number,
): Promise<{ known: Accepted | Outgoing; fault: Fault | null }> {
  const { id, messageId } = accepted;
  try {
    const message = await ask(
      'message.wait',
      { id, for: goal, timeoutMs: waitMs },
      { timeoutMs: waitMs + 5000 },
    );
    return { known: message, fault: shortfall(message, goal, waitMs) };
  } catch (error) {
    const { kind, details, message: reason } = Fault.of(error);
    if (kind === 'wait_expired' || kind === 'deadline_exceeded') {
      const message = await ask('message.get', { id }, { timeoutMs: 5000 }).then(ours, () => null);
      const fault = message && shortfall(message, goal, waitMs);
      if (message) return { known: message, fault };
    }
    return {
      known: accepted,
      fault: new Fault(kind === 'deadline_exceeded' ? 'wait_expired' : kind, {
        ...details,
        reason: `accepted as ${id}, but its state could not be followed: ${reason}`,
        hint: lookUp(id),
        outcome: 'none',
        more: { ...details.more, id, messageId },
      }),
    };
  }
}

/** The answer of message.get as an outgoing message; null for a message that was not sent here. */
function ours({ key: _, message: __, ...known }: Known): Outgoing | null {
  const { id, state, queuedAt } = known;
  return id === null || state === null || queuedAt === null ? null : { ...known, id, state, queuedAt };
}

/** A key for each message. The first one keeps the given key. @throws Fault usage */
function keysOf(key: string | undefined, count: number): string[] | undefined {
  if (key === undefined) return undefined;
  const keys = Array.from({ length: count }, (_, at) => (at === 0 ? key : `${key}#${at + 1}`));
  if (count > 1 && keys.some((one) => one.length > MAX_KEY))
    refuse(`send: the key is too long to number it for ${count} files`, null);
  return keys;
}

export const send = command({
  name: 'send',
  group: 'Messages and events',
  does: 'send a text, a file, a place, a contact card, a poll or an event',
  notes:
    'The text is sent as typed; "-" reads it from stdin and drops one newline at its end. A text that\n' +
    'begins with a dash goes after "--". A file is uploaded to the daemon at once; later changes of the file\n' +
    "have no effect. A voice message must be Opus in Ogg; other formats need ffmpeg on the daemon's machine.\n\n" +
    'When the daemon accepts the message it is on disk, even while the account is not connected. Then this command\n' +
    'waits until WhatsApp has it (60 s, or --timeout). If the wait\n' +
    'runs out, the exit status is 8 and the message stays queued: `wactl outbox`. ' +
    `A TIME is ${MOMENT}.\n\n` +
    'Two to 30 pictures and films are one album: its heading and each file are messages, and -o json prints a list of them.\n' +
    'Other files, a status, a channel, and files with --separate are a message each, in their order; with --key K their keys\n' +
    'are K, K#2, K#3 and so on. The first file gets the caption. All are uploaded before the first is sent.\n\n' +
    '-o json prints the last known state of the message (with --wait accepted: the answer of\n' +
    'message.send), even when the exit status is not 0.',
  args: [
    {
      name: 'TO',
      required: true,
      does: 'phone number with country code, chat id (...@c.us, ...@g.us, ...@lid), channel (...@newsletter), or status@broadcast',
    },
    { name: 'TEXT', required: false, does: 'the text, or - for stdin; with --file its caption' },
  ],
  options: {
    file: {
      type: 'list',
      whole: true,
      value: 'FILE',
      does: 'a picture, video, audio or any file; - for stdin (repeat: an album, or a message each)',
    },
    caption: { type: 'text', value: 'TEXT', does: 'with --file: the caption of the first file' },
    as: { type: 'text', value: 'KIND', choices: KINDS, does: 'with --file: its kind (default: by its type)' },
    location: { type: 'text', value: 'LAT,LON', does: 'a location; a name may follow' },
    contact: { type: 'list', whole: true, value: 'NAME=NUMBER', does: 'a contact card (repeat)' },
    poll: { type: 'text', value: 'QUESTION', does: 'a poll; its answers are --option' },
    option: { type: 'list', whole: true, value: 'ANSWER', does: 'with --poll: one of its answers (repeat)' },
    multiple: { type: 'flag', does: 'with --poll: several answers may be chosen' },
    quality: {
      type: 'text',
      value: 'QUALITY',
      choices: ['standard', 'hd'],
      does: 'with --file: of a picture (default: standard)',
    },
    'view-once': { type: 'flag', does: 'with --file: it can be opened once' },
    separate: { type: 'flag', does: 'with --file: several pictures and films are no album' },
    event: { type: 'text', value: 'NAME', does: 'an event; --starts is needed' },
    starts: { type: 'text', value: 'TIME', does: 'with --event: when it begins' },
    ends: { type: 'text', value: 'TIME', does: 'with --event: when it ends' },
    place: { type: 'text', value: 'TEXT', does: 'with --event: where' },
    describe: { type: 'text', value: 'TEXT', does: 'with --event: what it is about' },
    call: {
      type: 'text',
      value: 'KIND',
      choices: ['voice', 'video'],
      does: 'with --event: a call, whose link WhatsApp makes',
    },
    choose: {
      type: 'text',
      value: 'CHOICE',
      does: 'with --reply-to: a button or row of that message, by text, id or place (#2)',
    },
    'admin-of': {
      type: 'text',
      value: 'CHANNEL',
      does: 'an invitation to become an admin of your channel; the text goes with it',
    },
    'reply-to': { type: 'text', value: 'MESSAGE', does: 'the message to reply to, by key or id' },
    mention: { type: 'list', value: 'NUMBER', does: 'a person named in the text as @NUMBER (repeat)' },
    'mention-all': { type: 'flag', does: '@all in the text mentions everybody in the group' },
    preview: { type: 'flag', does: 'with a text: a preview of its first link' },
    'preview-title': { type: 'text', value: 'TEXT', does: 'a preview of your own for the first link' },
    'preview-text': { type: 'text', value: 'TEXT', does: 'with --preview-title: the text below it' },
    'preview-image': { type: 'text', value: 'FILE', does: 'with --preview-title: a small JPEG (48 KiB)' },
    key: { type: 'text', value: 'KEY', does: 'repeating KEY with the same content sends one message' },
    'not-before': { type: 'text', value: 'TIME', does: 'do not send it before this time' },
    expires: { type: 'text', value: 'TIME', does: 'do not send it from this time on' },
    wait: { type: 'text', value: 'HOW', choices: GOALS, does: 'accepted, sent (default), delivered or read' },
  },
  examples: [
    ["wactl send '+55 11 90000-0002' 'hello'", 'to a person'],
    ["wactl send 15550002222 --file photo.jpg 'look'", 'a picture with a caption'],
    ["wactl send 15550002222 --file a.jpg --file b.mp4 'our trip'", 'an album'],
    ['wactl send 15550002222 --file note.ogg --as voice', 'a voice message'],
    ["wactl send 15550002222 --location '52.52,13.405 Berlin'", 'a location'],
    ["wactl send 15550002222 --poll 'Tea?' --option yes --option no", 'a poll'],
    ['wactl send 15550002222 --event Tea --starts 2027-01-01T17:00Z', 'an event'],
    ['wactl send 15550002222 --choose Yes --reply-to 3EB0C0FFEE0123456789', 'an answer to buttons'],
    ['date | wactl send 120363000000000000@g.us -', 'from stdin, to a group'],
    ['wactl send --key order-17 15550002222 hi', 'sent once, however often it is run'],
    ['wactl send 15550002222 --admin-of 120363000000000001@newsletter', 'an invitation'],
    ["wactl send status@broadcast --file photo.jpg 'today'", 'a status'],
    ["wactl send 15550002222 -- '- milk'", 'a text that begins with a dash'],
  ],
  async run(context) {
    const { ask, args, options, timeoutMs, show, onInterrupt } = context;
    const [to = '', given] = args;
    const goal = (options.wait ?? 'sent') as Goal;
    const isPost = isPostId(to.trim());
    if (isPost && (goal === 'delivered' || goal === 'read'))
      refuse(`send: a status, or a message to a channel, is sent, and never delivered or read`, null);
    // Checked before a file is read, so that nothing is uploaded in vain.
    const goesOut = windowOf({ notBefore: options['not-before'], expires: options.expires });
    const linkPreview = previewOf(options);
    if (options.choose !== undefined && options['reply-to'] === undefined)
      refuse('send: --choose needs --reply-to MESSAGE', 'wactl send --help');
    const contents = await contentsOf(context, given, options, { isPost });
    if (linkPreview !== undefined && contents.some((content) => !('text' in content)))
      refuse('send: --preview goes with a text', 'wactl send --help');
    const startedAt = performance.now();
    const keys = keysOf(options.key, contents.length);
    const all: Accepted[] = [];
    /** The file of a message, if there are several; the heading of an album has none. */
    const fileOf = (at: number): string | undefined =>
      contents.length > 1 ? options.file?.[at] : at > 0 ? options.file?.[at - 1] : undefined;
    const known: (Accepted | Outgoing)[] = [];
    /** Prints several messages as one list, so that the output is one JSON value. */
    const print = (): void => {
      if (known.length > 0)
        show(contents.length === 1 && all.length === 1 ? known[0] : known, () =>
          known.map(renderSent).join(''),
        );
    };
    onInterrupt(() =>
      all.length === 0
        ? 'it is unknown whether the daemon has the message'
        : `accepted so far: ${all.map(({ id }) => id).join(', ')}`,
    );
    try {
      for (const [at, content] of contents.entries()) {
        const asked = ask(
          'message.send',
          {
            to,
            ...content,
            ...(options['reply-to'] !== undefined && { replyTo: options['reply-to'] }),
            ...(options.mention !== undefined && { mentions: [...options.mention] }),
            ...(options['mention-all'] && { mentionAll: true as const }),
            ...(linkPreview !== undefined && { linkPreview }),
            ...(keys !== undefined && { key: keys[at] as string }),
            ...goesOut,
          },
          { writes: true },
        );
        const { parts = [], ...accepted } = await about(contents.length > 1 ? fileOf(at) : undefined, asked);
        all.push(accepted, ...parts);
      }
    } catch (error) {
      // The messages that were accepted before are still sent.
      known.push(...all);
      print();
      throw error;
    }
    const [first] = all;
    if (all.length === 1) onInterrupt(() => `the message was accepted as ${first?.id} and will be sent`);
    if (goal === 'accepted') {
      known.push(...all);
      print();
      return 0;
    }
    let worst: Fault | null = null;
    for (const [at, accepted] of all.entries()) {
      const leftMs = (timeoutMs ?? WAIT_MS) - Math.round(performance.now() - startedAt);
      const end = await follow(context, accepted, goal, Math.max(leftMs, 0));
      known.push(end.known);
      // The first failure is reported as the error; the others are visible in the lines.
      worst ??=
        end.fault === null ? null : await about(fileOf(at), Promise.reject(end.fault)).catch(Fault.of);
    }
    print();
    if (worst) throw worst;
    return 0;
  },
});
