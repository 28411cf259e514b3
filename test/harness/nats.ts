// NATS servers for tests: Debian's `nats-server` on loopback, one or three of them, each with a directory of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suspend } from './processes.js';

export interface NatsServer {
  readonly url: string;
  readonly pid: number;
  /** SIGKILL: what it has on disk stays. */
  kill(): Promise<void>;
  /** SIGSTOP; until every thread of it has stopped. */
  freeze(): Promise<void>;
  /** SIGCONT. */
  thaw(): void;
  /** Starts it again on the same port and directory. */
  start(): Promise<void>;
  /** Its port for clients, for a proxy in front of it. */
  readonly port: number;
  /** Forgets everything that it has on disk. Only while it does not run. */
  wipe(): Promise<void>;
}

export interface NatsOptions {
  /** More lines of its configuration, such as `authorization { … }`. */
  readonly config?: string;
  readonly jetstream?: boolean;
}

/** @returns ports that were free just now */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

interface Test {
  teardown(run: () => unknown): void;
}

/** A cluster of `count` servers that accept connections; several may still elect a leader. Ended with the test. */
export async function natsServers(t: Test, count: number, options: NatsOptions = {}): Promise<NatsServer[]> {
  const root = await mkdtemp(join(tmpdir(), 'wad-nats-'));
  const ports = await freePorts(count * 2);
  const routes = ports.slice(count).map((port) => `nats://127.0.0.1:${port}`);
  const servers = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const directory = join(root, `n${n}`);
      const file = join(root, `n${n}.conf`);
      const cluster = `cluster { name: c, listen: "127.0.0.1:${ports[count + n]}", no_advertise: true, routes: ${JSON.stringify(routes)} }`;
      const lines = [
        `server_name: n${n}`,
        `listen: "127.0.0.1:${ports[n]}"`,
        ...(options.jetstream === false ? [] : [`jetstream { store_dir: ${JSON.stringify(directory)} }`]),
        ...(count > 1 ? [cluster] : []),
        options.config ?? '',
      ];
      await writeFile(file, `${lines.join('\n')}\n`);
      return new Server(ports[n] as number, directory, file);
    }),
  );
  t.teardown(async () => {
    await Promise.all(servers.map((server) => server.kill()));
    await rm(root, { recursive: true, force: true });
  });
  await Promise.all(servers.map((server) => server.start()));
  return servers;
}

/** One server. */
export async function natsServer(t: Test, options: NatsOptions = {}): Promise<NatsServer> {
  const [server] = await natsServers(t, 1, options);
  return server as NatsServer;
}

class Server implements NatsServer {
  readonly url: string;
  #child: ChildProcess | null = null;

  constructor(
    readonly port: number,
    readonly directory: string,
    readonly file: string,
  ) {
    this.url = `nats://127.0.0.1:${port}`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    const child = spawn('nats-server', ['-c', this.file], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    let text = '';
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status) => reject(new Error(`nats-server ended with ${status}: ${text}`)));
      child.stderr?.setEncoding('utf8').on('data', (more: string) => {
        text = `${text}${more}`.slice(-8_000);
        if (text.includes('Server is ready')) resolve();
      });
    });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  freeze(): Promise<void> {
    return suspend(this.pid);
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  wipe(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}
