// Finds the file in a body of multipart/form-data, as a browser's form or `curl -F` sends it, without holding it in memory.
import type { BusboyFileStream, BusboyInstance as Form } from '@fastify/busboy';
import { Fault } from '../protocol/fault.js';

export interface FormFile {
  /** Its name without a path; null without one. */
  readonly name: string | null;
  /** Read it to the end or stop: the body waits meanwhile. @throws Fault of the body; parse_error, invalid_params */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What the parts of a form may have besides the file. */
export const FORM_BYTES = 64 * 1024;
const LIMITS = { files: 1, fields: 0, parts: 1, headerPairs: 20, headerSize: 8 * 1024 };

export const isForm = (type: string | undefined): boolean => /^multipart\/form-data *(;|$)/i.test(type ?? '');

/**
 * Reads a form up to the beginning of its file.
 * @param body is read further while the file is read
 * @throws (rejects) Fault parse_error, invalid_params, and those of the body
 */
export async function formFile(body: AsyncIterable<Uint8Array>, type: string): Promise<FormFile> {
  // Loaded with the first form.
  const { Busboy } = await import('@fastify/busboy');
  let form: Form;
  try {
    form = new Busboy({ headers: { 'content-type': type }, limits: LIMITS });
  } catch (cause) {
    throw broken('the Content-Type has no boundary', cause);
  }
  const reading = new Reading(form);
  const file = new Promise<FormFile>((resolve, reject) => {
    form.on('file', (_field: string, stream: BusboyFileStream, name?: string) => {
      reading.stream = stream;
      resolve({ name: name || null, bytes: reading.bytes() });
    });
    reading.finished.then(() => reject(onlyFile()), reject);
  });
  void reading.feed(body);
  return file;
}

/** One form that is being read. */
class Reading {
  readonly #form: Form;
  /** Rejects with a Fault. */
  readonly finished: Promise<void>;
  stream: BusboyFileStream | undefined;
  #fail: (fault: unknown) => void = () => undefined;
  #failure: unknown;

  constructor(form: Form) {
    this.#form = form;
    this.finished = new Promise((resolve, reject) => {
      this.#fail = (fault) => {
        this.#failure ??= fault;
        reject(this.#failure);
        // Ends the loop that reads the file.
        this.stream?.destroy(this.#failure as Error);
      };
      form.on('finish', () => resolve());
    });
    this.finished.catch(() => undefined);
    form.on('error', (cause) => this.#fail(broken('the form ends too early', cause)));
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
      form.on(limit, () => this.#fail(onlyFile()));
  }

  /** Passes the body on, as fast as the file is read. Never rejects. */
  async feed(body: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const piece of body) {
        await Promise.race([this.#written(piece), this.finished]);
        if (this.#failure !== undefined) return;
      }
      this.#form.end();
    } catch (fault) {
      this.#fail(fault);
    }
  }

  #written(piece: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#form.write(piece, (error) =>
        error ? reject(broken('the form cannot be read', error)) : resolve(),
      );
    });
  }

  /** Ends only when the whole form has been read, so that a file of a broken form is not taken for complete. */
  async *bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const piece of this.stream as AsyncIterable<Buffer>) yield piece;
      await this.finished;
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      // The reader stops before the end: the body is not read further.
      this.#fail(new Fault('interrupted'));
    }
  }
}

const broken = (reason: string, cause?: unknown): Fault =>
  new Fault('parse_error', { reason: `${reason}: not multipart/form-data`, hint: null, cause });
const onlyFile = (): Fault =>
  new Fault('invalid_params', {
    reason: 'A form must have one file and nothing else.',
    hint: null,
  });
