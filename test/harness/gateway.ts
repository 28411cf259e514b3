// Runs the built wad-gateway for the accounts of one directory, which stands for a machine: its daemons are started with
// `socketOf`, and neither the gateway nor wactl sees any other account.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DaemonLog } from './daemon-log.js';
import { wactl } from './wactl.js';

/** The file that package.json's `bin.wad-gateway` names. */
export const WAD_GATEWAY = fileURLToPath(new URL('../../../dist/wad-gateway.cjs', import.meta.url));
const START_MS = 20_000;

export interface GatewayOptions {
  readonly env?: Readonly<Record<string, string>>;
}

/** A directory for daemons, and the gateways that were started in it. The caller disposes of it, after the daemons. */
export class GatewayHome implements AsyncDisposable {
  readonly dir: string;
  readonly #gateways: Gateway[] = [];

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async make(): Promise<GatewayHome> {
    const home = new GatewayHome(await mkdtemp(join(tmpdir(), 'wad-gw-')));
    for (const name of ['run', 'state', 'config']) await mkdir(join(home.dir, name), { mode: 0o700 });
    await mkdir(join(home.dir, 'run/wad'), { mode: 0o700 });
    return home;
  }

  /** Where the daemon of an account listens. */
  async socketOf(account: string): Promise<string> {
    const directory = join(this.dir, 'run/wad', account);
    await mkdir(directory, { mode: 0o700, recursive: true });
    return join(directory, 'control.sock');
  }

  /** The environment of the gateway, and of wactl when it asks the gateway. */
  get env(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      HOME: this.dir,
      LANG: 'C.UTF-8',
      XDG_RUNTIME_DIR: join(this.dir, 'run'),
      XDG_STATE_HOME: join(this.dir, 'state'),
      XDG_CONFIG_HOME: join(this.dir, 'config'),
    };
  }

  /** Starts a gateway on a free port, or where `env` says, and returns when it serves. */
  async start({ env = {} }: GatewayOptions = {}): Promise<Gateway> {
    const gateway = new Gateway(this, { WAD_GATEWAY_LISTEN: '127.0.0.1:0', ...this.env, ...env });
    this.#gateways.push(gateway);
    await gateway.listening();
    return gateway;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const gateway of this.#gateways) await gateway.kill();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** One run of the gateway. */
export class Gateway {
  readonly home: GatewayHome;
  readonly child: ChildProcessWithoutNullStreams;
  readonly #output = new DaemonLog();
  readonly #ended: Promise<number | null>;
  stderr = '';
  /** Without a slash at the end; empty until it serves. */
  url = '';

  constructor(home: GatewayHome, env: Record<string, string>) {
    this.home = home;
    this.child = spawn(process.execPath, [WAD_GATEWAY], { cwd: home.dir, env });
    this.child.stdin.end();
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => this.#output.read(text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#ended = new Promise((resolve) => {
      this.child.once('close', (code) => {
        this.#output.close();
        resolve(code);
      });
    });
  }

  get log(): DaemonLog {
    return this.#output;
  }

  /** @throws (rejects) when it ends before it serves */
  async listening(): Promise<void> {
    const record = await this.#output
      .logged('gateway.listening', undefined, { timeoutMs: START_MS })
      .catch((error: Error) => {
        throw new Error(`${error.message}\n${this.#output.tail(20)}\n${this.stderr}`);
      });
    this.url = String(record.address);
  }

  /** Creates a token. @param accounts every account when left out */
  async token(name: string, scopes: string, accounts = '*'): Promise<string> {
    const args = ['token', 'create', '--name', name, '--scope', scopes, '--account', accounts];
    const { code, stdout, stderr } = await wactl(args, { env: this.home.env });
    if (code !== 0) throw new Error(`wactl token create: ${stderr}`);
    return stdout.trim();
  }

  /** Ends it with SIGTERM. @returns its exit status */
  stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.#ended;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#ended;
  }
}
