// Reads server-sent events with fetch, because EventSource sends no Authorization header.
import type { Api } from './api.js';

export interface ServerEvent {
  /** Where to continue; null for an event that is not kept. */
  readonly id: string | null;
  readonly type: string;
  /** Empty when only the id is sent. */
  readonly data: string;
}

/** No keep-alive comment for this long: the connection is dead, even if no end of it arrived. */
const SILENCE_MS = 45_000;
/** A longer block would be no event of ours. */
const MAX_BLOCK = 8 * 1024 * 1024;

interface Options {
  /** The id of the last event that was read; null for a first stream. */
  readonly lastId: string | null;
  readonly signal: AbortSignal;
  /** Called when the gateway has accepted the request. */
  readonly onOpen: () => void;
}

/**
 * Yields events, until the stream ends.
 * @throws (rejects) Refusal
 */
export async function* readEvents(
  api: Api,
  path: string,
  { lastId, signal, onOpen }: Options,
): AsyncGenerator<ServerEvent> {
  const headers = { Accept: 'text/event-stream', ...(lastId !== null && { 'Last-Event-ID': lastId }) };
  const { body } = await api.ask(path, { headers, signal });
  if (body === null) return;
  onOpen();
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let rest = ''; ; ) {
      const piece = await within(SILENCE_MS, reader.read());
      if (piece === null || piece.done) return;
      const blocks = (rest + piece.value).split('\n\n');
      rest = blocks.pop() ?? '';
      if (rest.length > MAX_BLOCK) return;
      for (const block of blocks) {
        const event = parse(block);
        if (event !== null) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Null for a comment, which only keeps the connection alive. */
function parse(block: string): ServerEvent | null {
  const id = /^id: ?(.*)$/m.exec(block)?.[1] ?? null;
  const data = [...block.matchAll(/^data: ?(.*)$/gm)].map(([, line]) => line).join('\n');
  if (id === null && data === '') return null;
  return { id, type: /^event: ?(.*)$/m.exec(block)?.[1] ?? 'message', data };
}

/** The promise's value, or null when it takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
