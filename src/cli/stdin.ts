// Reads all of stdin as text, for `-`, up to a maximum size; refuses input that is not UTF-8.
import { Fault } from '../protocol/fault.js';

/** @throws Fault usage */
export async function readStdin(maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new Fault('usage', { reason: `stdin has more than ${maxBytes} bytes`, hint: null });
    }
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new Fault('usage', { reason: 'stdin is not valid UTF-8', hint: 'iconv -t UTF-8', cause });
  }
}
