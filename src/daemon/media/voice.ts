// Voice messages are Opus in Ogg and nothing else: what is not is put into that form by ffmpeg, where there is one.
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import type { FileRef } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import type { Shelf } from './shelf.js';

export const VOICE = 'audio/ogg; codecs=opus';
const TRANSCODE_MS = 120_000;
const PIECE = 256 * 1024;

/** The same sound as a voice message. @throws (rejects) Fault tool_missing, media_unusable, disk_full */
export async function asVoice(shelf: Shelf, file: FileRef): Promise<FileRef> {
  if (file.mimetype === VOICE) return file;
  if (!/^(audio|video)\//.test(file.mimetype))
    throw new Fault('media_unusable', {
      reason: `A voice message is a sound; this is ${file.mimetype}.`,
      hint: null,
    });
  const upload = await shelf.begin(file.name, VOICE);
  try {
    await transcode(shelf.path(file.id), async (piece, at) => {
      for (let offset = 0; offset < piece.length; offset += PIECE)
        await shelf.add(upload, at + offset, piece.subarray(offset, offset + PIECE));
    });
    return await shelf.finish(upload);
  } catch (error) {
    await shelf.abandon(upload);
    throw error;
  }
}

async function transcode(path: string, write: (piece: Buffer, at: number) => Promise<void>): Promise<void> {
  const child = spawn(
    'ffmpeg',
    // From a pipe: ffmpeg opens no file by itself, whatever a playlist in it may say.
    [
      ...[
        '-nostdin',
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
  const input = createReadStream(path);
  const pipe = child.stdio[3] as NodeJS.WritableStream;
  // Whoever stops reading is heard of by its exit.
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
  try {
    let at = 0;
    for await (const piece of child.stdout as AsyncIterable<Buffer>) {
      await write(piece, at);
      at += piece.length;
    }
    const code = await ended;
    if (code === 0 && at > 0) return;
    const reason = `ffmpeg could not make a voice message of it: ${said.split('\n')[0] || `exit ${code}`}`;
    throw new Fault('media_unusable', { reason, hint: null });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const reason =
      'A voice message is Opus in Ogg, and no ffmpeg is installed that could put this file into it.';
    throw new Fault('tool_missing', { reason, hint: 'sudo apt-get install ffmpeg', cause: error });
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
    input.destroy();
  }
}
