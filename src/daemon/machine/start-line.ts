// Limits how many accounts of this machine start a browser at the same time; the others queue in order of arrival. Each
// member of the queue listens on a Unix socket in a directory that all accounts of a user share. The socket is named for
// the time of arrival. A waiting member keeps connections to the sockets of the first members, which close when these
// leave or die: the kernel passes a dead daemon's place to the next one, and no name is used twice. docs/decisions/018
// has the reasons.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Log } from '../../protocol/log.js';

export interface StartLineOptions {
  readonly directory: string;
  /** How many may start at the same time; 0: no limit. */
  readonly places: number;
  /**
   * A member that this process has seen among the first for longer is passed over: its process is stopped or hangs.
   */
  readonly heldMs: number;
  readonly log: Log;
}

/** A place among those that start. The holder calls `leave`; a second call does nothing. */
export interface StartPlace {
  leave(): void;
}

/** Microseconds since the boot (CLOCK_MONOTONIC, which all processes share), then the process id. */
const NAME = /^\d{16}-\d+$/;
/** A socket before it has its name: as long as the longest name, with a process id of seven digits. */
const UNNAMED = /^[0-9a-f]{20}\.new$/;
/** An unnamed socket gets its name within milliseconds. An older one was left by a process that was killed before. */
const UNNAMED_MS = 60_000;
/** The most bytes of a path in Linux's sun_path, without the closing NUL. */
const MAX_PATH_BYTES = 107;
/** When a member that lives, but whose queue of connections is full, is tried again. */
const AGAIN_MS = 1_000;
const NO_LIMIT: StartPlace = { leave: () => undefined };

export class StartLine {
  readonly #options: StartLineOptions;
  readonly #seen = new Map<string, Seen>();

  constructor(options: StartLineOptions) {
    this.#options = options;
  }

  /**
   * Waits for a place. If the directory cannot be used, the account starts without one, and the log says so.
   * @throws (rejects) the signal's reason, after it has left the queue; the error of reading the directory
   */
  async enter(signal: AbortSignal): Promise<StartPlace> {
    const { directory, places, log } = this.#options;
    if (places === 0) return NO_LIMIT;
    let member: Member;
    try {
      await ownDirectory(directory);
      await removeUnnamed(directory);
      member = await Member.join(directory);
    } catch (error) {
      log.warn('start-line.unusable', { directory, err: error });
      return NO_LIMIT;
    }
    try {
      const cameMs = performance.now();
      let first = await this.#first(member.name);
      if (first.ahead >= places) log.info('start-line.waiting', { places });
      for (; first.ahead >= places; first = await this.#first(member.name)) await changed(first, signal);
      for (const socket of first.sockets) socket.destroy();
      log.debug('start-line.placed', { waitedMs: Math.round(performance.now() - cameMs) });
      return member;
    } catch (error) {
      member.leave();
      throw error;
    }
  }

  /** Connects to the first members before this one, as many as there are places. */
  async #first(name: string): Promise<First> {
    const { directory, places, heldMs, log } = this.#options;
    const first = { ahead: 0, sockets: [] as Socket[], untilMs: heldMs };
    for (const other of await this.#membersBefore(name)) {
      if (first.ahead === places) break;
      const seen = this.#seen.get(other) ?? { sinceMs: performance.now(), isLogged: false };
      this.#seen.set(other, seen);
      const leftMs = seen.sinceMs + heldMs - performance.now();
      const found = leftMs > 0 ? await reach(join(directory, other)) : 'late';
      if (found === 'gone') await rm(join(directory, other), { force: true });
      if (found === 'late' && !seen.isLogged) log.warn('start-line.passed', { member: other, heldMs });
      seen.isLogged ||= found === 'late';
      if (found === 'gone' || found === 'late') continue;
      first.ahead += 1;
      first.untilMs = Math.min(first.untilMs, leftMs, found === 'busy' ? AGAIN_MS : leftMs);
      if (found !== 'busy') first.sockets.push(found);
    }
    return first;
  }

  /** The oldest first. */
  async #membersBefore(name: string): Promise<string[]> {
    const all = (await readdir(this.#options.directory)).filter((other) => NAME.test(other));
    for (const other of this.#seen.keys()) if (!all.includes(other)) this.#seen.delete(other);
    return all.filter((other) => other < name).sort();
  }
}

/** What this process knows of another member that is or was among the first. */
interface Seen {
  /** When it was first seen there, monotonic clock. */
  readonly sinceMs: number;
  /** Whether the log says that it is passed over. */
  isLogged: boolean;
}

interface First {
  /** The number of members among the first that live. */
  readonly ahead: number;
  readonly sockets: readonly Socket[];
  /** The queue is read again after this time at the latest, ms. */
  readonly untilMs: number;
}

/** Resolves when one of the first has left, or after `untilMs`. Closes the sockets. @throws (rejects) the signal's reason */
async function changed({ sockets, untilMs }: First, signal: AbortSignal): Promise<void> {
  const wake = new AbortController();
  const stop = (): void => wake.abort();
  const timer = setTimeout(stop, untilMs);
  signal.addEventListener('abort', stop, { once: true });
  for (const socket of sockets) socket.once('close', stop);
  try {
    const isOver = signal.aborted || sockets.some((socket) => socket.closed);
    if (!isOver) await once(wake.signal, 'abort');
    signal.throwIfAborted();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    for (const socket of sockets) socket.destroy();
  }
}

/** This process in the queue. Listens until it leaves. */
class Member implements StartPlace {
  #name = '';
  readonly #directory: string;
  readonly #server: Server;
  readonly #peers = new Set<Socket>();

  private constructor(directory: string) {
    this.#directory = directory;
    this.#server = createServer((peer) => {
      this.#peers.add(peer);
      peer.on('error', () => undefined).on('close', () => this.#peers.delete(peer));
      peer.resume();
    });
  }

  static async join(directory: string): Promise<Member> {
    const member = new Member(directory);
    // Others take a socket that does not listen yet for one of a dead process, so it gets its name when it listens.
    const unnamed = join(directory, `${randomBytes(10).toString('hex')}.new`);
    // Node would bind a path that was cut off.
    if (Buffer.byteLength(unnamed) > MAX_PATH_BYTES) throw new Error(`the path of ${directory} is too long`);
    member.#server.listen(unnamed);
    await once(member.#server, 'listening');
    member.#server.on('error', () => undefined);
    try {
      member.#takeName(unnamed);
    } catch (error) {
      member.#server.close();
      throw error;
    }
    return member;
  }

  get name(): string {
    return this.#name;
  }

  /**
   * Nothing is awaited between reading the clock and the rename: a member whose name appears long after the time that
   * it tells would be missed by those who came later and have read the directory already.
   */
  #takeName(unnamed: string): void {
    const atUs = String(process.hrtime.bigint() / 1_000n).padStart(16, '0');
    this.#name = `${atUs}-${process.pid}`;
    renameSync(unnamed, join(this.#directory, this.#name));
  }

  leave(): void {
    if (!this.#server.listening) return;
    // The name is removed before the connections are closed, because waiting members then read the directory.
    rm(join(this.#directory, this.#name), { force: true })
      .catch(() => undefined)
      .finally(() => {
        for (const peer of this.#peers) peer.destroy();
      });
    this.#server.close();
  }
}

/**
 * A connection that closes when the member leaves. `gone`: nobody listens there any more. `busy`: the connection failed for
 * another reason, such as a full queue of connections.
 */
async function reach(path: string): Promise<Socket | 'gone' | 'busy'> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return code === 'ECONNREFUSED' || code === 'ENOENT' ? 'gone' : 'busy';
  }
  socket.on('error', () => undefined).resume();
  return socket;
}

/** Removes sockets of processes that were killed before these had a name. @throws (rejects) NodeJS.ErrnoException */
async function removeUnnamed(directory: string): Promise<void> {
  for (const name of (await readdir(directory)).filter((other) => UNNAMED.test(other))) {
    const path = join(directory, name);
    const stats = await lstat(path).catch(() => null);
    if (stats === null || Date.now() - stats.mtimeMs < UNNAMED_MS) continue;
    // After a change of the clock, the file may be younger than it seems.
    const found = await reach(path);
    if (found === 'gone') await rm(path, { force: true });
    else if (found !== 'busy') found.destroy();
  }
}

/** Creates the directory. Only this user may be able to write to it. @throws (rejects) Error, NodeJS.ErrnoException */
async function ownDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const stats = await lstat(directory);
  if (!stats.isDirectory() || stats.uid !== process.geteuid?.() || (stats.mode & 0o022) !== 0)
    throw new Error(`${directory} is not a directory that only this user can write`);
}
