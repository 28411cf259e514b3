// `wactl events`: prints events, follows them, and manages consumers.
import type { WireEvent } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import { CONSUMER_NAME } from '../../protocol/names.js';
import { EVENT_TYPES, type EventType } from '../../protocol/state.js';
import { type Context, command } from '../command.js';
import { namesFor } from '../names.js';
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
    refuse(`--consumer: "${consumer}" may contain only letters, digits, _ . and -`);
  }
  if (ack && consumer === undefined) refuse('--ack needs --consumer NAME');
  if (from !== undefined && since !== undefined) refuse('--from and --since exclude each other');
  return {
    ...(from === undefined ? {} : { from: from as 'now' | 'oldest' }),
    ...(since === undefined ? {} : { after: Number(since) }),
    ...(type === undefined ? {} : { types: type as EventType[] }),
    ...(consumer === undefined ? {} : { consumer }),
  };
}

/** A function that prints one event. Text output has names, and headings before the first event. */
async function printer({
  ask,
  output,
  item,
}: Pick<Context, 'ask' | 'output' | 'item'>): Promise<(event: WireEvent) => void> {
  const names = await namesFor({ ask, output });
  return (event) => item(event, () => renderEvent(event, names), EVENT_HEADINGS);
}

/** The pages of the query, until one has no new events. */
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

async function list({ ask, output, show, item, note }: Context, query: Query, ack: boolean): Promise<number> {
  const kept: WireEvent[] = [];
  let next = query.after ?? 0;
  let seen = 0;
  let print: ((event: WireEvent) => void) | undefined;
  for await (const page of pages(ask, query)) {
    if (output === 'json') kept.push(...page.events);
    else if (page.events.length > 0) {
      print ??= await printer({ ask, output, item });
      for (const event of page.events) print(event);
    }
    next = page.next;
    seen += page.events.length;
  }
  if (output === 'json') show({ events: kept, next }, () => '');
  if (output === 'text' && seen === 0) note('no events');
  if (ack && query.consumer && seen > 0) await ask('events.ack', { consumer: query.consumer, cursor: next });
  return 0;
}

/** Prints each event as it arrives; ends only by a lost connection, --timeout or Ctrl-C. */
async function follow(context: Context, query: Query, ack: boolean): Promise<never> {
  const { ask, onEvent, lost, output, item, timeoutMs, onInterrupt, address } = context;
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
  onInterrupt(() => (last === undefined ? null : `continue with: ${resume()}`));
  try {
    // One promise for all ways to end, so that no other rejection stays unhandled.
    return await new Promise<never>((_, end) => {
      if (timeoutMs !== undefined) {
        const reason = `--timeout: ${timeoutMs / 1000} s have passed`;
        setTimeout(() => end(new Fault('wait_expired', { reason, hint: resume() })), timeoutMs);
      }
      const begin = async (): Promise<never> => {
        const print = await printer({ ask, output, item });
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
  show(answer, () => `${name} forgotten\n`);
  return 0;
}

export const events = command({
  name: 'events',
  group: 'Messages and events',
  many: { mode: 'at once', verbs: [] },
  does: 'print events: messages, acks, changes of state',
  notes:
    'Prints all events after --since (default: all that are kept) and exits 0. With --follow it continues with\n' +
    'new events (without --since and --consumer: only new ones). When the connection is lost, it exits 3\n' +
    'and prints on stderr how to resume; no event is lost.\n\n' +
    'A new consumer starts with new events, and its cursor is kept from then on; --from oldest starts with\n' +
    'all events that are kept. `events consumers` lists the consumers. One that was inactive for 90 days (or three\n' +
    'times journal.retentionDays) is removed automatically; `forget NAME` removes one at once.\n\n' +
    '-o jsonl prints one event a line. -o json prints one object { events, next }; with --follow it is the same\n' +
    `as jsonl.\n\nTypes: ${EVENT_TYPES.join(', ')}.`,
  args: [
    {
      name: 'WHAT',
      required: false,
      does: 'consumers: list the named consumers',
      choices: ['consumers'],
    },
    { name: 'VERB', required: false, does: 'forget: remove a consumer', choices: ['forget'] },
    { name: 'NAME', required: false, does: 'the name of the consumer' },
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
      does: 'where a new consumer starts (default: now)',
    },
    ack: { type: 'flag', does: 'acknowledge printed events for --consumer' },
  },
  examples: [
    ['wactl events --since 1200', 'all events after 1200'],
    ['wactl -o jsonl events --follow --type message', 'messages as they arrive, one a line'],
    ['wactl -o jsonl events --consumer crm --ack', 'each event that is new to crm, once'],
    ["wactl -a '*' events --follow --type state,alert", 'what happens to every account'],
    ['wactl events consumers', 'consumers, and how far behind they are'],
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
