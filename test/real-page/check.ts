/**
 * Every command that makes sense on the real page, one after the other: what it prints, and what a person at the other end
 * received because of it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import type { RealWorld } from './world.js';

/** `refused`: the product or the server said by name that it cannot. */
export type Outcome = 'ok' | 'refused' | 'failed';

export interface Result {
  readonly command: string;
  readonly outcome: Outcome;
  readonly ms: number;
  /** What it printed, or what is wrong. */
  readonly says: string;
}

const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const COMMAND_MS = 120_000;
/** How long a person at the other end may take. */
const ARRIVAL_MS = 15_000;
/** Kinds of faults by which WhatsApp Web, the account or the server says that it cannot do this. */
const REFUSALS = ['not_allowed', 'whatsapp_limit'];
const kindOf = (message: string): string => /"kind":"(\w+)"/.exec(message)?.[1] ?? '';

export class Check {
  readonly #world: RealWorld;
  readonly #home: Home;
  readonly #report: (result: Result) => void;
  #wad: Wad;
  readonly results: Result[] = [];

  constructor(world: RealWorld, home: Home, wad: Wad, report: (result: Result) => void) {
    this.#world = world;
    this.#home = home;
    this.#wad = wad;
    this.#report = report;
  }

  /** @param restart stops the daemon and starts it again, and resolves once it is ready */
  async play(restart: (wad: Wad) => Promise<Wad>): Promise<void> {
    const { ana } = this.#world;
    await this.#texts();
    await this.#chats();
    await this.#acts();
    await this.#kinds();
    await this.#people();
    await this.#groups();
    await this.#run(['send', 'status@broadcast', 'my status']);
    await this.#run(['doctor']);
    await this.#step('restart', async () => {
      this.#wad = await restart(this.#wad);
      return 'ready again, without a code';
    });
    await this.#run(['send', ana.number, 'hello again'], () => this.#arrives('hello again'));
    await this.#run(['messages', ana.number]);
    await this.#run(['disconnect'], async () => {
      await this.#world.phone.waitForUnlinked({ timeoutMs: ARRIVAL_MS });
      return 'the phone has no device any more';
    });
  }

  async #texts(): Promise<void> {
    const { ana } = this.#world;
    for (const args of [['status'], ['chats'], ['contacts'], ['identities']]) await this.#run(args);
    await this.#step('receive a text', async () => {
      ana.send('hello from Ana');
      await this.#wad.event('message', ({ body }) => body === 'hello from Ana');
      return 'event message';
    });
    await this.#run(['send', ana.number, 'hello, Ana'], () => this.#arrives('hello, Ana'));
    await this.#run(['send', ana.number, 'are you there?', '--wait', 'delivered'], () =>
      this.#arrives('are you there?'),
    );
    await this.#run(['messages', ana.number]);
    await this.#run(['history', ana.number]);
    await this.#run(['search', 'hello']);
  }

  async #chats(): Promise<void> {
    const { number } = this.#world.ana;
    for (const verb of ['show', 'read', 'unread', 'archive', 'unarchive', 'mute', 'unmute', 'pin', 'unpin'])
      await this.#run(['chat', verb, number]);
    for (const verb of ['typing', 'recording', 'quiet']) await this.#run(['chat', verb, number]);
    await this.#run(['chat', 'timer', number, '7d']);
    await this.#run(['chat', 'timer', number, 'off']);
    await this.#run(['presence', 'subscribe', number]);
  }

  async #acts(): Promise<void> {
    const { ana, ben } = this.#world;
    const theirs = await this.#received('tea or coffee?');
    if (theirs === undefined) return;
    await this.#run(['react', theirs, '🍵'], () => this.#shows('reaction', '🍵'));
    await this.#run(['react', theirs, '--remove']);
    await this.#run(['send', ana.number, 'tea', '--reply-to', theirs], () => this.#arrives('tea'));
    await this.#run(['star', theirs]);
    await this.#run(['star', theirs, '--remove']);
    await this.#run(['pin', theirs, '--for', '24h']);
    await this.#run(['forward', theirs, ben.number], async () => {
      await ben.waitForMessage(({ body }) => body === 'tea or coffee?', { timeoutMs: ARRIVAL_MS });
      return 'Ben received it';
    });
    const mine = await this.#sent('at eight');
    if (mine === undefined) return;
    await this.#run(['edit', mine, 'at nine'], () => this.#shows('edit', 'at nine'));
    await this.#run(['info', mine]);
    await this.#run(['delete', mine], () => this.#shows('revoke', ''));
    await this.#run(['delete', theirs, '--for-me']);
  }

  async #kinds(): Promise<void> {
    const { ana } = this.#world;
    const file = join(this.#home.tmp, 'dot.png');
    writeFileSync(file, Buffer.from(PICTURE, 'base64'));
    const paper = join(this.#home.tmp, 'paper.txt');
    writeFileSync(paper, 'some words');
    const received = ana.received.length;
    const next = (count: number) => async () => {
      await ana.waitForMessage(() => ana.received.length >= received + count, { timeoutMs: ARRIVAL_MS });
      return 'Ana received it';
    };
    await this.#run(['send', ana.number, '--file', file, '--caption', 'a dot'], next(1));
    await this.#run(['send', ana.number, '--file', paper], next(2));
    await this.#run(['send', ana.number, '--location', '52.5,13.4 Berlin'], next(3));
    await this.#run(['send', ana.number, '--contact', 'Bob=15550000003'], next(4));
    const poll = ['--poll', 'when?', '--option', 'now', '--option', 'later'];
    await this.#run(['send', ana.number, ...poll], next(5));
    await this.#step('receive a picture', async () => {
      const bytes = Buffer.from(PICTURE, 'base64');
      const id = ana.sendFile({ bytes, mimetype: 'image/png', type: 'image', caption: 'another dot' });
      const { data } = await this.#wad.event('message', ({ messageId }) => messageId === id);
      const saved = await this.#command(['media', data.key, '--out', join(this.#home.tmp, 'saved.png')]);
      if (saved.code !== 0) throw new Error(saved.stderr);
      return 'saved';
    });
  }

  async #people(): Promise<void> {
    const { ana } = this.#world;
    await this.#run(['contact', 'show', ana.number]);
    await this.#run(['contact', 'check', ana.number]);
    await this.#run(['contact', 'check', '15559999999'], undefined, 7);
    await this.#run(['contact', 'save', ana.number, 'Anna']);
    await this.#run(['contact', 'block', ana.number]);
    await this.#run(['contact', 'unblock', ana.number]);
    for (const args of [
      ['show'],
      ['privacy'],
      ['name', 'Me again'],
      ['about', 'busy'],
      ['picture', join(this.#home.tmp, 'dot.png')],
    ])
      await this.#run(['profile', ...args]);
  }

  async #groups(): Promise<void> {
    const { ana, ben, server } = this.#world;
    await this.#run(['group', 'create', 'A group', ana.number]);
    const group = server.groups.at(-1);
    if (group === undefined) return;
    const { jid } = group;
    await this.#run(['group', 'show', jid]);
    await this.#run(['group', 'add', jid, ben.number]);
    await this.#run(['send', jid, 'hello, all'], async () => {
      await ben.waitForMessage(({ body }) => body === 'hello, all', { timeoutMs: ARRIVAL_MS });
      return 'Ben received it';
    });
    await this.#step('receive in the group', async () => {
      ana.send('hello from Ana, all', { group });
      await this.#wad.event('message', ({ body }) => body === 'hello from Ana, all');
      return 'event message';
    });
    for (const args of [
      ['rename', jid, 'B group'],
      ['describe', jid, 'what for'],
      ['admins-send', jid],
      ['all-send', jid],
      ['admins-edit', jid],
      ['all-edit', jid],
      ['promote', jid, ana.number],
      ['demote', jid, ana.number],
      ['invite', jid],
      ['remove', jid, ben.number],
      ['leave', jid],
    ])
      await this.#run(['group', ...args]);
    await this.#run(['groups']);
  }

  /** The key of a message that Ana sends now. */
  async #received(body: string): Promise<string | undefined> {
    let key: string | undefined;
    await this.#step(`receive "${body}"`, async () => {
      const id = this.#world.ana.send(body);
      key = (await this.#wad.event('message', ({ messageId }) => messageId === id)).data.key;
      return key;
    });
    return key;
  }

  /** The id of a message that is sent to Ana now. */
  async #sent(body: string): Promise<string | undefined> {
    let id: string | undefined;
    await this.#run(['send', this.#world.ana.number, body], async () => {
      const arrived = await this.#arrives(body);
      id = this.#world.ana.received.findLast((one) => one.body === body)?.id;
      return arrived;
    });
    return id;
  }

  async #arrives(body: string): Promise<string> {
    const { ana } = this.#world;
    await ana.waitForMessage((message) => message.body === body, { timeoutMs: ARRIVAL_MS });
    return 'Ana received it';
  }

  async #shows(type: string, body: string): Promise<string> {
    const fits = (message: { type: string; body: string }) => message.type === type && message.body === body;
    await this.#world.ana.waitForMessage(fits, { timeoutMs: ARRIVAL_MS });
    return `Ana sees the ${type}`;
  }

  #command(args: readonly string[]) {
    return this.#wad.wactl(args, { timeoutMs: COMMAND_MS, cwd: this.#home.cwd });
  }

  /** @param effect what else has to happen; returns words for it */
  async #run(args: readonly string[], effect?: () => Promise<string>, status = 0): Promise<void> {
    const name = args.map((arg) => (arg.startsWith(this.#home.tmp) ? 'FILE' : arg)).join(' ');
    await this.#step(`wactl ${name}`, async () => {
      // Errors are JSON then, with their kind.
      const { code, stdout, stderr } = await this.#command([...args, '-o', 'json']);
      const printed = stderr || stdout;
      if (code !== status) throw new Error(`exit ${code}: ${printed}`);
      return effect === undefined ? stdout : await effect();
    });
  }

  async #step(command: string, act: () => Promise<string>): Promise<void> {
    const startedAt = performance.now();
    let outcome: Outcome = 'ok';
    const says = await act().catch((error: Error) => {
      outcome = REFUSALS.includes(kindOf(error.message)) ? 'refused' : 'failed';
      return error.message;
    });
    const ms = Math.round(performance.now() - startedAt);
    const result = { command, outcome, ms, says: says.replace(/\s+/g, ' ').slice(0, 200) };
    this.results.push(result);
    this.#report(result);
  }
}
