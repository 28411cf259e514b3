// Runs in the page: downloads and decrypts the media of a received message with the page's own functions, and returns it
// in pieces. The library's downloadMedia is not used: it omits the mimetype, without which current pages download nothing
// (D3).
import type { MessageRef } from '../../protocol/wid.js';
import type { Tools } from './messages.js';
import type { PageWindow } from './page-window.js';

declare const window: PageWindow & { btoa(text: string): string };

export function makeIncoming(tools: Tools) {
  const { refuse } = tools;
  const held = new Map<string, Uint8Array>();

  /** Downloads a file and keeps its bytes under `token` until `drop`. */
  const fetch = async (ref: MessageRef, token: string, maxBytes: number) => {
    const msg = await tools.message(ref);
    // A message that was deleted for everybody stays in the page (WAWebRevokeMsgAction), and must not be read.
    if (!msg.directPath || msg.type === 'revoked') refuse('no_such_media', 'The message has no file.');
    if (typeof msg.size === 'number' && msg.size > maxBytes)
      refuse('media_too_large', `The file has ${msg.size} bytes; ${maxBytes} are fetched at most.`);
    // Asks the phone to upload an expired file again.
    if (msg.mediaData?.mediaStage !== 'RESOLVED')
      await msg.downloadMedia({ downloadEvenIfExpensive: true, rmrReason: 1 });
    const stage = String(msg.mediaData?.mediaStage ?? '');
    if (stage.includes('ERROR') || stage === 'REUPLOADING')
      refuse('media_gone', 'WhatsApp does not have the file any more, and the phone has not sent it again.');
    const qpl = {
      addAnnotations: () => qpl,
      addPoint: () => qpl,
    };
    const { directPath, encFilehash, filehash, mediaKey, mediaKeyTimestamp, type, mimetype } = msg;
    const { downloadManager } = window.require('WAWebDownloadManager');
    const download = downloadManager.downloadAndMaybeDecrypt({
      directPath,
      encFilehash,
      filehash,
      mediaKey,
      mediaKeyTimestamp,
      type,
      mimetype,
      signal: new AbortController().signal,
      downloadQpl: qpl,
    }) as Promise<ArrayBuffer>;
    // The page has the whole file in memory before its size is checked, because the size in the message is the sender's.
    // The download manager reports no progress and resolves with all bytes, so `signal` cannot stop it at a limit. How it
    // makes its request (fetch or XMLHttpRequest, page or worker) is unknown and differs by build, so a wrapper around that
    // is no reliable limit. The limits are: WhatsApp accepts files of up to 2 GB, prefetch downloads one file at a time, a
    // refused file is not kept, and the monitor replaces a browser that uses too much memory.
    const bytes = await download.catch((error: { status?: number; statusCode?: number }) => {
      const status = error.statusCode ?? error.status;
      if (status === 404 || status === 410)
        return refuse('media_gone', 'WhatsApp does not have the file any more.');
      throw error;
    });
    if (bytes.byteLength > maxBytes)
      refuse('media_too_large', `The file has ${bytes.byteLength} bytes; ${maxBytes} are fetched at most.`);
    // Nobody waits for it any more, so nobody would drop it.
    if (!fetches.has(token)) return refuse('page_error', 'The download ended after its time limit.');
    held.set(token, new Uint8Array(bytes));
    const name = typeof msg.filename === 'string' && msg.filename !== '' ? msg.filename : null;
    return {
      key: tools.parts(msg),
      mimetype: typeof mimetype === 'string' ? mimetype : 'application/octet-stream',
      name,
      size: bytes.byteLength,
    };
  };
  type Fetched = Awaited<ReturnType<typeof fetch>>;
  const fetches = new Map<string, Promise<Fetched>>();

  return {
    /** Begins a download, which is polled, because it may take longer than a call to the page. */
    begin(ref: MessageRef, token: string, maxBytes: number): void {
      const fetching = fetch(ref, token, maxBytes);
      fetching.catch(() => undefined);
      fetches.set(token, fetching);
    },

    /** The downloaded file; null when it is not complete within `ms`. */
    ended(token: string, ms: number): Promise<Fetched | null> {
      const fetching =
        fetches.get(token) ?? refuse('not_ready', 'WhatsApp Web reloaded before the file was complete.');
      return Promise.race([
        fetching,
        new Promise<null>((resolve) => window.setTimeout(() => resolve(null), ms)),
      ]);
    },

    /** A piece of the file in base64. */
    piece(token: string, offset: number, length: number): string {
      const bytes =
        held.get(token)?.subarray(offset, offset + length) ??
        refuse('not_ready', 'WhatsApp Web reloaded before the file was complete.');
      let text = '';
      for (let at = 0; at < bytes.length; at += 8_192)
        text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
      return window.btoa(text);
    },

    drop(token: string): void {
      held.delete(token);
      fetches.delete(token);
    },
  };
}
