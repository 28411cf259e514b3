// The hostile table: everything a peer can do wrong on the control socket, by name. It runs against any
// socket that follows the contract, in the test's own process or of a real daemon. Each case must end in a
// clear error or a clean close, while another client on the same socket is served.
import { performance } from 'node:perf_hooks';
import { isFaultKind } from '../../src/protocol/fault-table.js';
import { Client } from '../../src/socket/client.js';
import { INVALID_REQUEST, LINES, type LineCase, PARSE_ERROR } from './lines.js';
import { RawPeer } from './raw-peer.js';

export interface HostileTarget {
  readonly path: string;
  /** A request that stays in flight until its connection ends or its deadline passes. */
  readonly slow: { readonly method: string; readonly params: object };
  /** A request with a long answer. The longer it is, the sooner a peer that does not read is disconnected. */
  readonly long: { readonly method: string; readonly params: object };
  /** The limits that the server was started with. */
  readonly limits: {
    readonly maxLineBytes: number;
    readonly maxConnections: number;
    readonly maxInFlight: number;
    readonly maxBacklogBytes: number;
  };
}

export interface HostileCase {
  readonly name: string;
  /** Rejects when the server did not behave as expected. */
  run(target: HostileTarget): Promise<void>;
}

const LINE_TOO_LONG = 1001;
const BUSY = 1002;
const DEADLINE = 1003;

const ping = (id: unknown) => `${JSON.stringify({ jsonrpc: '2.0', id, method: 'daemon.ping' })}\n`;
const ask = (id: unknown, { method, params }: { method: string; params: object }) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;

/** A case for one peer, which hangs up afterwards. */
const peer = (name: string, act: (peer: RawPeer, target: HostileTarget) => Promise<void>): HostileCase => ({
  name,
  run: async (target) => {
    using raw = await RawPeer.connect(target.path);
    await act(raw, target);
  },
});

/** A case for many peers at once, or one after the other. */
const crowd = (name: string, run: HostileCase['run']): HostileCase => ({ name, run });

function check(ok: unknown, what: string): asserts ok {
  if (!ok) throw new Error(what);
}

/**
 * Checks that an error is usable by people and programs: our code, a kind of the table, a reason, no stack
 * trace.
 */
export function checkError(answer: Record<string, unknown>, code: number, id: unknown): void {
  const text = JSON.stringify(answer).slice(0, 300);
  const error = answer.error as
    | { code: unknown; message: unknown; data: Record<string, unknown> }
    | undefined;
  check(answer.jsonrpc === '2.0' && answer.result === undefined && error, `not an error: ${text}`);
  check(error.code === code, `code ${code} was expected: ${text}`);
  check(answer.id === id, `id ${String(id).slice(0, 40)} was expected: ${text}`);
  check(typeof error.message === 'string' && error.message !== '', `no message: ${text}`);
  check(isFaultKind(error.data.kind), `no kind: ${text}`);
  check(typeof error.data.reason === 'string' && error.data.reason !== '', `no reason: ${text}`);
  check(JSON.stringify(error).length < 4096, 'the error repeats what was sent');
  check(!/\n\s+at |\.js:\d+/.test(JSON.stringify(error)), `a stack trace crossed the socket: ${text}`);
}

function checkResult(answer: Record<string, unknown>, id: unknown): void {
  check(
    answer.error === undefined && answer.id === id,
    `not the result: ${JSON.stringify(answer).slice(0, 300)}`,
  );
  check(typeof answer.result === 'object' && answer.result !== null, 'the result is not an object');
}

/** Checks that the connection still works, and that nothing unrequested was sent. */
async function lives(raw: RawPeer): Promise<void> {
  await raw.write(ping('alive'));
  checkResult(await raw.answer(), 'alive');
}

const lineCase = ({ name, bytes, gets }: LineCase): HostileCase =>
  peer(`line: ${name}`, async (raw) => {
    await raw.write(bytes);
    if (gets?.code === 'result') checkResult(await raw.answer(), gets.id);
    else if (gets) checkError(await raw.answer(), gets.code as number, gets.id);
    await lives(raw);
  });

/** Returns the same junk for the same seed (linear congruence). */
function junk(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

const CHUNKS: readonly HostileCase[] = [
  peer('a request byte by byte', async (raw) => {
    for (const byte of Buffer.from(ping('é👍'))) await raw.write(Buffer.from([byte]));
    checkResult(await raw.answer(), 'é👍');
  }),
  peer('20 000 spaces byte by byte, then a request', async (raw) => {
    raw.socket.cork();
    for (let n = 0; n < 20_000; n += 1) raw.socket.write(' ');
    raw.socket.uncork();
    await raw.write(ping(1));
    checkResult(await raw.answer(), 1);
  }),
  peer('a line of exactly the longest length', async (raw, { limits }) => {
    const request = ping(1).trimEnd();
    await raw.write(`${request.padEnd(limits.maxLineBytes)}\n`);
    checkResult(await raw.answer(), 1);
    await lives(raw);
  }),
  peer('a line that is one byte longer', async (raw, { limits }) => {
    await raw.write(`${' '.repeat(limits.maxLineBytes + 1)}\n`);
    checkError(await raw.answer(), LINE_TOO_LONG, null);
    await raw.end();
  }),
  peer('a line without an end', async (raw, { limits }) => {
    void raw.write(Buffer.alloc(8 * limits.maxLineBytes, 'x'));
    checkError(await raw.answer(), LINE_TOO_LONG, null);
    await raw.end();
  }),
  peer('a request after a line that is too long', async (raw, { limits }) => {
    void raw.write(`${'x'.repeat(limits.maxLineBytes + 1)}\n${ping(1)}`);
    checkError(await raw.answer(), LINE_TOO_LONG, null);
    await raw.end();
  }),
  peer('a request before a line that is too long', async (raw, { limits }) => {
    await raw.write(ping(1));
    checkResult(await raw.answer(), 1);
    void raw.write('x'.repeat(limits.maxLineBytes + 1));
    checkError(await raw.answer(), LINE_TOO_LONG, null);
    await raw.end();
  }),
  peer('a whole megabyte of invalid UTF-8', async (raw, { limits }) => {
    await raw.write(Buffer.concat([Buffer.alloc(limits.maxLineBytes, 0x80), Buffer.from('\n')]));
    checkError(await raw.answer(), PARSE_ERROR, null);
    await lives(raw);
  }),
  peer('a character cut in two by the chunks', async (raw) => {
    const bytes = Buffer.from(ping('€'));
    const cut = bytes.indexOf(0xe2) + 1;
    await raw.write(bytes.subarray(0, cut));
    await raw.write(bytes.subarray(cut));
    checkResult(await raw.answer(), '€');
  }),
  peer('a carriage return and its newline in two chunks', async (raw) => {
    await raw.write(`${ping(1).trimEnd()}\r`);
    await raw.write('\n');
    checkResult(await raw.answer(), 1);
    await lives(raw);
  }),
  peer('200 lines of junk', async (raw) => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const bytes = junk(seed, seed * 3).map((byte) => (byte === 0x0a || byte === 0x0d ? 0x2e : byte));
      await raw.write(Buffer.concat([bytes, Buffer.from('\n')]));
      checkError(await raw.answer(), PARSE_ERROR, null);
    }
    await lives(raw);
  }),
  peer('a request with each of its bytes turned to junk', async (raw) => {
    const whole = Buffer.from(ping(1).trimEnd());
    for (let index = 0; index < whole.length; index += 1) {
      const broken = Buffer.from(whole);
      broken[index] = 0x21 + ((junk(index, 1)[0] ?? 0) % 0x5e);
      await raw.write(Buffer.concat([broken, Buffer.from('\n')]));
      const answer = await raw.answer();
      const error = answer.error as { code: number } | undefined;
      check(error === undefined || error.code <= PARSE_ERROR + 200, `code 0? ${JSON.stringify(answer)}`);
      if (error) checkError(answer, error.code, answer.id);
    }
    await lives(raw);
  }),
  peer('a request cut off at each of its bytes', async (raw) => {
    const whole = ping(1).trimEnd();
    for (let length = 1; length < whole.length; length += 1) {
      await raw.write(`${whole.slice(0, length)}\n`);
      checkError(await raw.answer(), PARSE_ERROR, null);
    }
    await lives(raw);
  }),
];

const ENDINGS: readonly HostileCase[] = [
  peer('connects and says nothing, then ends its side', async (raw) => {
    raw.halfClose();
    await raw.end();
  }),
  peer('sends a request and ends its side', async (raw) => {
    await raw.write(ping(1));
    raw.halfClose();
    checkResult(await raw.answer(), 1);
    await raw.end();
  }),
  peer('sends a request without a newline and ends its side', async (raw) => {
    await raw.write(ping(1).trimEnd());
    raw.halfClose();
    checkResult(await raw.answer(), 1);
    await raw.end();
  }),
  peer('ends its side in the middle of a line', async (raw) => {
    await raw.write(ping(1).slice(0, 20));
    raw.halfClose();
    checkError(await raw.answer(), PARSE_ERROR, null);
    await raw.end();
  }),
  peer('ends its side in the middle of a character', async (raw) => {
    await raw.write(Buffer.from([0xe2, 0x82]));
    raw.halfClose();
    checkError(await raw.answer(), PARSE_ERROR, null);
    await raw.end();
  }),
  peer('sends 20 requests and ends its side', async (raw) => {
    await raw.write(Array.from({ length: 20 }, (_, n) => ping(n)).join(''));
    raw.halfClose();
    const ids = new Set<unknown>();
    for (let n = 0; n < 20; n += 1) ids.add((await raw.answer()).id);
    check(ids.size === 20, `${ids.size} of 20 were answered`);
    await raw.end();
  }),
  peer('sends 1 000 requests at once and ends its side', async (raw) => {
    await raw.write(Array.from({ length: 1_000 }, (_, n) => ping(n)).join(''));
    raw.halfClose();
    const ids = new Set<unknown>();
    for (let n = 0; n < 1_000; n += 1) {
      const answer = await raw.answer();
      checkResult(answer, answer.id);
      ids.add(answer.id);
    }
    check(ids.size === 1_000, `${ids.size} of 1000 were answered`);
    await raw.end();
  }),
  peer('sends 10 000 requests, ends its side, and reads late', async (raw) => {
    raw.socket.pause();
    void raw.write(Array.from({ length: 10_000 }, (_, n) => ping(n)).join(''));
    raw.halfClose();
    await quiet(raw);
    raw.socket.resume();
    for (let n = 0; n < 10_000; n += 1) checkResult(await raw.answer(), n);
    await raw.end();
  }),
  peer('200 000 lines of junk, read as fast as they are answered', async (raw) => {
    void raw.write('x\n'.repeat(200_000));
    for (let n = 0; n < 200_000; n += 1) {
      const line = await raw.line();
      if (n % 10_000 === 0) checkError(JSON.parse(line), PARSE_ERROR, null);
    }
    await lives(raw);
  }),
  peer('waits for a slow answer with its side ended', async (raw, { slow }) => {
    await raw.write(ask(1, { ...slow, params: { ...slow.params, deadlineMs: 50 } }));
    raw.halfClose();
    checkError(await raw.answer(), DEADLINE, 1);
    await raw.end();
  }),
  peer('hangs up at once', async (raw) => raw.hangUp()),
  peer('hangs up in the middle of a line', async (raw) => {
    await raw.write(ping(1).slice(0, 20));
    raw.hangUp();
  }),
  peer('hangs up during a call', async (raw, { slow }) => {
    await raw.write(ask(1, slow));
    await lives(raw);
    raw.hangUp();
  }),
  peer('hangs up with the most requests in flight', async (raw, { slow, limits }) => {
    await raw.write(Array.from({ length: limits.maxInFlight }, (_, n) => ask(n, slow)).join(''));
    raw.hangUp();
  }),
  peer('hangs up without reading its answers', async (raw) => {
    raw.socket.pause();
    await raw.write(Array.from({ length: 100 }, (_, n) => ping(n)).join(''));
    raw.hangUp();
  }),
  peer('hangs up in the middle of a long answer', async (raw, { long }) => {
    await raw.write(ask(1, long) + ask(2, long));
    await raw.line();
    raw.hangUp();
  }),
  peer('subscribes and hangs up', async (raw) => {
    await raw.write(ask(1, { method: 'events.subscribe', params: { after: 0 } }));
    checkResult(await raw.answer(), 1);
    raw.hangUp();
  }),
  peer('subscribes and ends its side', async (raw) => {
    await raw.write(ask(1, { method: 'events.subscribe', params: {} }));
    raw.halfClose();
    checkResult(await raw.answer(), 1);
    await raw.over();
  }),
];

const CROWDS: readonly HostileCase[] = [
  peer('10 000 requests at once', async (raw) => {
    void raw.write(Array.from({ length: 10_000 }, (_, n) => ping(n)).join(''));
    for (let n = 0; n < 10_000; n += 1) checkResult(await raw.answer(), n);
    await lives(raw);
  }),
  peer('10 000 lines of junk at once', async (raw) => {
    void raw.write('x\n'.repeat(10_000));
    for (let n = 0; n < 10_000; n += 1) checkError(await raw.answer(), PARSE_ERROR, null);
    await lives(raw);
  }),
  peer('100 000 empty batches at once', async (raw) => {
    void raw.write('[]\n'.repeat(100_000));
    for (let n = 0; n < 100_000; n += 1) {
      const line = await raw.line();
      if (n % 1000 === 0) checkError(JSON.parse(line), INVALID_REQUEST, null);
    }
    await lives(raw);
  }),
  peer('10 000 notifications at once', async (raw) => {
    await raw.write('{"jsonrpc":"2.0","method":"daemon.ping"}\n'.repeat(10_000));
    await lives(raw);
  }),
  peer('more requests in flight than allowed', async (raw, { slow, limits }) => {
    const short = { ...slow, params: { ...slow.params, deadlineMs: 500 } };
    const count = limits.maxInFlight + 40;
    await raw.write(Array.from({ length: count }, (_, n) => ask(n, short)).join(''));
    const codes = new Map<number, number>();
    for (let n = 0; n < count; n += 1) {
      const { error } = (await raw.answer()) as { error: { code: number } };
      codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
    }
    check(codes.get(BUSY) === 40, `expected 40 busy answers: ${JSON.stringify([...codes])}`);
    check(
      codes.get(DEADLINE) === limits.maxInFlight,
      `expected the others to time out: ${JSON.stringify([...codes])}`,
    );
    await lives(raw);
  }),
  peer('sends requests without end and does not read', async (raw, { limits }) => {
    raw.socket.pause();
    // The server stops reading long before it has received all of this, so the write does not finish.
    const done = raw.write(ping('x'.repeat(200)).repeat(limits.maxBacklogBytes / 20)).then(() => 'taken');
    const held = await Promise.race([done, quiet(raw)]);
    check(held === 'quiet', 'the server read everything and kept the answers in memory');
    raw.hangUp();
  }),
  peer('requests long answers and does not read', async (raw, { long, limits }) => {
    raw.socket.pause();
    const request = ask(1, long);
    void raw.write(request.repeat(Math.ceil((4 * limits.maxBacklogBytes) / request.length)));
    await quiet(raw);
    raw.hangUp();
  }),
  peer('reads the answers late', async (raw) => {
    raw.socket.pause();
    void raw.write(Array.from({ length: 10_000 }, (_, n) => ping(n)).join(''));
    await quiet(raw);
    raw.socket.resume();
    for (let n = 0; n < 10_000; n += 1) checkResult(await raw.answer(), n);
    await lives(raw);
  }),
  crowd('more connections than allowed', async (target) => {
    const { path, limits } = target;
    const peers = await Promise.all(
      Array.from({ length: limits.maxConnections * 2 }, () => RawPeer.connect(path)),
    );
    try {
      const ends = await Promise.all(
        peers.map(async (raw) => {
          await raw.write(ping(1));
          const answer = await raw.answer();
          if (answer.error === undefined) return 'served';
          checkError(answer, BUSY, null);
          await raw.end();
          return 'busy';
        }),
      );
      const busy = ends.filter((end) => end === 'busy').length;
      check(busy >= limits.maxConnections, `${busy} were busy`);
    } finally {
      for (const raw of peers) raw.hangUp();
    }
    // A place is free again as soon as a client has left.
    await freed(target);
  }),
  crowd('1 000 connections at once', async (target) => {
    const peers = await Promise.all(
      Array.from({ length: 1_000 }, () => RawPeer.connect(target.path).catch(() => undefined)),
    );
    for (const raw of peers) raw?.hangUp();
    await freed(target);
  }),
  crowd('1 000 connections one after the other', async (target) => {
    for (let n = 0; n < 1_000; n += 1) (await RawPeer.connect(target.path)).hangUp();
    await freed(target);
  }),
  crowd('50 lines that are too long, side by side', async ({ path, limits }) => {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        using raw = await RawPeer.connect(path);
        void raw.write(Buffer.alloc(limits.maxLineBytes + 1, '['));
        checkError(await raw.answer(), LINE_TOO_LONG, null);
        await raw.end();
      }),
    );
  }),
  crowd('50 that hold half a line and wait', async (target) => {
    const { path } = target;
    await freed(target);
    const peers = await Promise.all(Array.from({ length: 50 }, () => RawPeer.connect(path)));
    await Promise.all(peers.map((raw) => raw.write('{"jsonrpc":"2.0","id":1,')));
    await Promise.all(peers.map((raw) => raw.write('"method":"daemon.ping"}\n')));
    for (const raw of peers) {
      checkResult(await raw.answer(), 1);
      raw.hangUp();
    }
  }),
];

export const HOSTILE: readonly HostileCase[] = [...LINES.map(lineCase), ...CHUNKS, ...ENDINGS, ...CROWDS];

/**
 * Resolves when the other side has stopped reading: the same number of unsent bytes in twenty checks, 10 ms
 * apart.
 */
async function quiet(raw: RawPeer): Promise<'quiet'> {
  let unsent = -1;
  for (let same = 0; same < 20; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    same = raw.socket.writableLength === unsent ? same + 1 : 0;
    unsent = raw.socket.writableLength;
  }
  return 'quiet';
}

/** Resolves when nearly all places are free again. The server notices a hang-up a moment later. */
async function freed({ path, limits }: HostileTarget): Promise<void> {
  const until = performance.now() + 10_000;
  for (;;) {
    const peers = await Promise.all(
      Array.from({ length: limits.maxConnections - 8 }, () => RawPeer.connect(path)),
    );
    try {
      const answers = await Promise.all(
        peers.map(async (raw) => {
          await raw.write(ping(1));
          return raw.answer();
        }),
      );
      if (answers.every(({ error }) => error === undefined)) return;
      check(performance.now() < until, 'the places did not become free');
    } finally {
      for (const raw of peers) raw.hangUp();
    }
  }
}

/** A client that sends requests continuously. `stop` returns the longest time an answer took. */
export async function bystander(
  path: string,
): Promise<{ stop(): Promise<{ asked: number; slowestMs: number }> }> {
  const client = await Client.connect(path);
  const seen = { asked: 0, slowestMs: 0 };
  let going = true;
  const asking = (async () => {
    while (going) {
      const start = performance.now();
      await client.request('daemon.ping', {}, { timeoutMs: 10_000, writes: false });
      seen.asked += 1;
      seen.slowestMs = Math.max(seen.slowestMs, performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  // Awaited in stop(). Until then a failure must not count as unhandled.
  asking.catch(() => {});
  return {
    stop: async () => {
      going = false;
      await asking;
      await client.close();
      return seen;
    },
  };
}
