// HTTPS with a certificate from files. They are read again when they change, so that a renewed certificate needs no restart.
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createServer as createPlain, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { createSecureContext } from 'node:tls';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';

export interface Certificate {
  /** PEM, with the chain. */
  readonly certFile: string;
  /** PEM. */
  readonly keyFile: string;
}

const TIMES = {
  /** How often the files are checked for changes. */
  lookMs: 5_000,
  /** How long a peer may take for the handshake. */
  handshakeMs: 10_000,
} as const;
/** With those that have not finished their handshake, which nothing else limits. */
const MAX_CONNECTIONS = 2_000;

/** Makes servers of HTTPS, or of HTTP. The caller closes it when its servers are closed. */
export class Tls {
  readonly #files: Certificate;
  readonly #times: Readonly<Record<keyof typeof TIMES, number>>;
  readonly #log: Log;
  readonly #onChange = (): void => this.reload();
  #server: ReturnType<typeof createSecure> | undefined;

  /** @throws Fault bad_config: the files cannot be read, or do not fit each other */
  constructor(files: Certificate, log: Log, times: Partial<Record<keyof typeof TIMES, number>> = {}) {
    this.#files = files;
    this.#times = { ...TIMES, ...times };
    this.#log = log;
    this.#read();
  }

  /** Called once. */
  readonly create = (options: ServerOptions): Server => {
    const server = createSecure({
      ...options,
      ...this.#read(),
      handshakeTimeout: this.#times.handshakeMs,
    });
    // Peers of the handshake; others are answered by the server itself.
    server.on('tlsClientError', (error, socket) => {
      this.#log.debug('tls.refused', { err: error });
      socket.destroy();
    });
    server.maxConnections = MAX_CONNECTIONS;
    this.#server = server;
    for (const file of [this.#files.certFile, this.#files.keyFile])
      watchFile(file, { interval: this.#times.lookMs, persistent: false }, this.#onChange);
    return server;
  };

  /** Reads the files again. The old certificate serves on if they cannot be used. */
  reload(): void {
    try {
      this.#server?.setSecureContext(this.#read());
      this.#log.info('tls.reloaded', { file: this.#files.certFile });
    } catch (error) {
      // One of the two may be written before the other; the old certificate serves until both fit.
      this.#log.warn('tls.not_reloaded', { reason: Fault.of(error).message });
    }
  }

  close(): void {
    for (const file of [this.#files.certFile, this.#files.keyFile]) unwatchFile(file, this.#onChange);
  }

  #read(): { cert: Buffer; key: Buffer; minVersion: 'TLSv1.2' } {
    const { certFile, keyFile } = this.#files;
    try {
      const read = {
        cert: readFileSync(certFile),
        key: readFileSync(keyFile),
        minVersion: 'TLSv1.2' as const,
      };
      createSecureContext(read);
      return read;
    } catch (cause) {
      const reason = `gateway.certFile and gateway.keyFile: ${(cause as Error).message}`;
      throw new Fault('bad_config', { reason, hint: null, cause });
    }
  }
}

/** HTTP without TLS. */
export const plain = {
  create: createPlain,
  reload: (): void => undefined,
  close: (): void => undefined,
} as const;
