// `wactl events`: prints events, follows them, and manages consumers.
import type { WireEvent } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import { CONSUMER_NAME } from '../../protocol/names.js';
import { EVENT_TYPES, type EventType } from '../../protocol/state.js';
import { type Context, command } from '../command.js';
import { namesFor } from '../names.js';
import { json, write } from '../output.js';
import { renderConsumers } from '../render/consumer.js';
import { EVENT_HEADINGS, renderEvent } from '../render/event.js';

const PAGE = 200;

interface Query {
  readonly after?: number;
  readonly types?: EventType[];
  readonly consumer?: string;
  readonly from?: 'now' | 'oldest';
}

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason: `events: ${reason}`, hint: 'wactl events --help' });
};

function queryOf(options: {
  readonly since?: string;
  readonly type?: readonly string[];
  readonly consumer?: string;
  readonly from?: string;
  readonly ack?: boolean;
}): Query {
  const { since, type, consumer, from, ack } = options;
  if (since !== undefined && !(/^\d+$/.test(since) && Number.isSafeInteger(Number(since)))) {
    refuse(`--since: "${since}" is not a cursor (a number that an event carries)`);
  }
  if (consumer !== undefined && !CONSUMER_NAME.test(consumer)) {
    refuse(`--consumer: "${consumer}" has more in it than letters, digits, _ . and -`);
  }
  if (ack && consumer === undefined) refuse('--ack keeps the place of a --consumer: name one');
  if (from !== undefined && since !== undefined)
    refuse('--from and --since both say where to begin: give one');
  return {
    ...(from === undefined ? {} : { from: from as 'now' | 'oldest' }),
    ...(since === undefined ? {} : { after: Number(since) }),
    ...(type === undefined ? {} : { types: type as EventType[] }),
    ...(consumer === undefined ? {} : { consumer }),
  };
}

/** How events are printed, one by one; text has names and, before the first, a line of headings. */
async function printer({
  ask,
  output,
}: Pick<Context, 'ask' | 'output'>): Promise<(event: WireEvent) => void> {
  if (output !== 'text') return (event) => write(1, json(event, 'jsonl'));
  const names = await namesFor({ ask, output });
  let headings = EVENT_HEADINGS;
  return (event) => {
    write(1, headings + renderEvent(event, names));
    headings = '';
  };
}

/** Every page from the query on, until one brings nothing new; then nothing is left. */
async function* pages(ask: Context['ask'], query: Query) {
  let { after } = query;
  for (;;) {
    const page = await ask('events.list', {
      ...query,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    yield page;
    if (page.events.length === 0 && page.next <= (after ?? page.next)) return;
    after = page.next;
  }
}

async function list({ ask, output }: Context, query: Query, ack: boolean): Promise<number> {
  const kept: WireEvent[] = [];
  let next = query.after ?? 0;
  let seen = 0;
  let print: ((event: WireEvent) => void) | undefined;
  for await (const page of pages(ask, query)) {
    if (output === 'json') kept.push(...page.events);
    else if (page.events.length > 0) {
      print ??= await printer({ ask, output });
      for (const event of page.events) print(event);
    }
    next = page.next;
    seen += page.events.length;
  }
  if (output === 'json') write(1, json({ events: kept, next }, output));
  if (output === 'text' && seen === 0) write(2, 'wactl: no events\n');
  if (ack && query.consumer && seen > 0) await ask('events.ack', { consumer: query.consumer, cursor: next });
  return 0;
}

/** Prints each event as it comes; ends only by a lost connection, --timeout or Ctrl-C. */
async function follow(context: Context, query: Query, ack: boolean): Promise<never> {
  const { ask, onEvent, lost, output, timeoutMs, onInterrupt, address } = context;
  let last = query.after;
  let acked = last;
  let acking = false;
  const line = [
    'wactl',
    ...address,
    ...(output === 'text' ? [] : ['-o', output]),
    'events --follow',
    ...(query.types ? ['--type', query.types.join(',')] : []),
    ...(query.consumer ? ['--consumer', query.consumer] : []),
    ...(ack ? ['--ack'] : []),
  ].join(' ');
  const resume = () => (last === undefined ? line : `${line} --since ${last}`);
  const keepPlace = async (): Promise<void> => {
    const { consumer } = query;
    if (!ack || !consumer || acking) return;
    acking = true;
    while (last !== undefined && last !== acked) {
      const cursor = last;
      await ask('events.ack', { consumer, cursor });
      acked = cursor;
    }
    acking = false;
  };
  onInterrupt(() => (last === undefined ? null : `go on with: ${resume()}`));
  try {
    // All in one race from the start: whichever ends it, no other's rejection is left to itself.
    return await new Promise<never>((_, end) => {
      if (timeoutMs !== undefined) {
        const reason = `--timeout: ${timeoutMs / 1000} s have passed`;
        setTimeout(() => end(new Fault('wait_expired', { reason, hint: resume() })), timeoutMs);
      }
      const begin = async (): Promise<never> => {
        const print = await printer({ ask, output });
        await onEvent((event) => {
          print(event);
          last = event.cursor;
          keepPlace().catch(end);
        });
        const { after } = await ask('events.subscribe', query);
        last ??= after;
        return lost();
      };
      begin().catch(end);
    });
  } catch (error) {
    const { kind, details, message } = Fault.of(error);
    if (kind !== 'connection_lost' && kind !== 'slow_reader') throw error;
    const reason = last === undefined ? message : `${message} (the last event was ${last})`;
    throw new Fault(kind, { ...details, reason, hint: resume(), more: { cursor: last ?? null } });
  }
}

async function consumers({ ask, args, show }: Context): Promise<number> {
  const [, verb, name] = args;
  if (verb === undefined) {
    const answer = await ask('events.consumers', {});
    show(answer, () => renderConsumers(answer.consumers));
    return 0;
  }
  if (name === undefined) return refuse('consumers forget needs the NAME of a consumer');
  const answer = await ask('events.forget', { consumer: name }, { writes: true });
  show(answer, () => `${name} is forgotten\n`);
  return 0;
}

export const events = command({
  name: 'events',
  group: 'Messages and events',
  does: 'what has happened: messages, acks, changes of state',
  notes:
    'Prints everything after --since (default: the oldest kept) and exits 0. With --follow it goes on as\n' +
    'events come (without --since and --consumer: only new ones); when the connection is lost it exits 3\n' +
    'and says on stderr how to resume. Nothing is lost in between.\n\n' +
    'A consumer that is new begins now, and its place is kept from then on; --from oldest begins with\n' +
    'everything that is kept. events consumers lists them; one that was not heard of for 90 days (or three\n' +
    'times journal.retentionDays) is forgotten by itself, and with forget NAME at once.\n\n' +
    '-o jsonl: one event a line, nothing else. -o json: one object { events, next }; with --follow the same\n' +
    `as jsonl.\n\nTypes: ${EVENT_TYPES.join(', ')}.`,
  args: [
    {
      name: 'WHAT',
      required: false,
      does: 'consumers: list the named consumers',
      choices: ['consumers'],
    },
    { name: 'VERB', required: false, does: 'forget', choices: ['forget'] },
    { name: 'NAME', required: false, does: 'of the consumer' },
  ],
  options: {
    since: { type: 'text', value: 'CURSOR', does: 'only events after this one' },
    follow: { type: 'flag', alias: 'f', does: 'print new events as they happen' },
    type: { type: 'list', value: 'T', choices: EVENT_TYPES, does: 'only these types (repeat, or commas)' },
    consumer: { type: 'text', value: 'NAME', does: 'continue where this consumer stopped' },
    from: {
      type: 'text',
      value: 'WHERE',
      choices: ['now', 'oldest'],
      does: 'where a new consumer begins (default: now)',
    },
    ack: { type: 'flag', does: 'acknowledge for --consumer what has been printed' },
  },
  examples: [
    ['wactl events --since 1200', 'all after event 1200'],
    ['wactl -o jsonl events --follow --type message', 'messages as they come, a line each'],
    ['wactl -o jsonl events --consumer crm --ack', 'what crm has not seen yet, once'],
    ['wactl events consumers', 'who follows, and how far behind'],
  ],
  async run(context) {
    const { options, args } = context;
    if (args[0] !== undefined) return consumers(context as unknown as Context);
    const query = queryOf(options);
    const ack = options.ack === true;
    return options.follow
      ? follow(context as unknown as Context, query, ack)
      : list(context as unknown as Context, query, ack);
  },
});
