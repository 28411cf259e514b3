// Converts sound to a voice message (Opus in Ogg) with ffmpeg, if it is installed.
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { openRegular } from '../../local/bounded-file.js';
import type { FileRef } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import type { MediaStore } from './media-store.js';

export const VOICE = 'audio/ogg; codecs=opus';
const TRANSCODE_MS = 120_000;
const PIECE = 256 * 1024;

/** With more waiting than this, ffmpeg would take longer than any caller waits. */
const MAX_WAITING = 16;
/** A lower priority than that of the page and the daemon, which every client waits for. */
const NICE = 10;

/** Runs one ffmpeg at a time, however many peers ask. Its creator closes it. */
export class Transcoder {
  readonly #mediaStore: MediaStore;
  readonly #closing = new AbortController();
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(mediaStore: MediaStore) {
    this.#mediaStore = mediaStore;
  }

  /**
   * Converts a sound to a voice message.
   * @param signal aborted when the caller no longer waits
   * @throws (rejects) Fault tool_missing, media_unusable, disk_full, busy, shutting_down
   */
  async asVoice(file: FileRef, signal: AbortSignal): Promise<FileRef> {
    if (file.mimetype === VOICE) return file;
    if (!/^(audio|video)\//.test(file.mimetype))
      throw new Fault('media_unusable', {
        reason: `A voice message is audio; this is ${file.mimetype}.`,
        hint: null,
      });
    if (this.#waiting >= MAX_WAITING)
      throw new Fault('busy', {
        reason: `${MAX_WAITING} files already wait for conversion to voice messages.`,
      });
    this.#waiting += 1;
    const bound = AbortSignal.any([signal, this.#closing.signal]);
    const mine = this.#last.then(() => this.#make(file, bound));
    this.#last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Ends the conversion that runs, and starts none of those that wait. Resolves when none runs. */
  async close(): Promise<void> {
    this.#closing.abort(new Fault('shutting_down'));
    await this.#last;
  }

  async #make(file: FileRef, signal: AbortSignal): Promise<FileRef> {
    signal.throwIfAborted();
    const mediaStore = this.#mediaStore;
    const upload = await mediaStore.begin(file.name, VOICE);
    try {
      await transcode(mediaStore.path(file.id), signal, async (piece, at) => {
        for (let offset = 0; offset < piece.length; offset += PIECE)
          await mediaStore.add(upload, at + offset, piece.subarray(offset, offset + PIECE));
      });
      return await mediaStore.finish(upload);
    } catch (error) {
      await mediaStore.abandon(upload);
      signal.throwIfAborted();
      throw error;
    }
  }
}

async function transcode(
  path: string,
  signal: AbortSignal,
  write: (piece: Buffer, at: number) => Promise<void>,
): Promise<void> {
  const file = await openRegular(path);
  const child = spawn(
    'ffmpeg',
    // It reads from a pipe, so ffmpeg opens no file by itself, whatever a playlist in it says.
    [
      ...[
        '-nostdin',
        // A priority applies to one thread only.
        '-threads',
        '1',
        '-loglevel',
        'error',
        '-protocol_whitelist',
        'pipe,fd',
        '-i',
        'pipe:3',
        '-vn',
        '-fflags',
        '+bitexact',
        '-flags:a',
        '+bitexact',
        '-ac',
        '1',
        '-ar',
        '48000',
      ],
      ...['-c:a', 'libopus', '-b:a', '32k', '-application', 'voip', '-f', 'ogg', 'pipe:1'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
  );
  const input = file.createReadStream();
  const pipe = child.stdio[3] as NodeJS.WritableStream;
  // If ffmpeg stops reading, its exit status says why.
  pipe.on('error', () => undefined);
  input.on('error', () => child.kill('SIGKILL'));
  input.pipe(pipe);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, 2_000);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  ended.catch(() => undefined);
  const timer = setTimeout(() => child.kill('SIGKILL'), TRANSCODE_MS);
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  child.once('spawn', () => beNice(child.pid));
  try {
    let at = 0;
    for await (const piece of child.stdout as AsyncIterable<Buffer>) {
      await write(piece, at);
      at += piece.length;
    }
    const code = await ended;
    if (code === 0 && at > 0) return;
    const reason = `ffmpeg could not convert it to a voice message: ${said.split('\n')[0] || `exit ${code}`}`;
    throw new Fault('media_unusable', { reason, hint: null });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const reason =
      'A voice message is Opus in Ogg; converting this file requires ffmpeg, which is not installed.';
    throw new Fault('tool_missing', { reason, hint: 'sudo apt-get install ffmpeg', cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    child.kill('SIGKILL');
    input.destroy();
  }
}

function beNice(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICE);
  } catch {
    // It has ended already.
  }
}
