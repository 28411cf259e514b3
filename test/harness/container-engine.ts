// Runs podman with its own store in a temporary directory, and makes a base image of Debian 13 from packages,
// so that no image registry is needed. Everything runs in a separate mount namespace, so podman's mounts
// disappear with it even when the test is killed. Needs root. The caller disposes of it.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For a slow machine. */
const COMMAND_MS = 1_800_000;

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, args: readonly string[]): Promise<Ran> {
  const limits = { timeout: COMMAND_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1_048_576 } as const;
  return new Promise((resolve, reject) => {
    execFile(program, args, limits, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(new Error(`${program} ${args.join(' ')}: ${error?.message}\n${stderr}`));
    });
  });
}

/** @returns stdout, trimmed. @throws with the last lines of both streams when the command fails */
async function must(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, args);
  if (code === 0) return stdout.trim();
  throw new Error(`${program} ${args.join(' ')}: exit ${code}\n${`${stdout}${stderr}`.slice(-4_000)}`);
}

export class ContainerEngine implements AsyncDisposable {
  readonly directory: string;
  readonly #namespace: ChildProcess;

  private constructor(directory: string, namespace: ChildProcess) {
    this.directory = directory;
    this.#namespace = namespace;
  }

  static async start(): Promise<ContainerEngine> {
    const directory = await mkdtemp(join(tmpdir(), 'wad-container-'));
    // crun refuses a machine that mixes both versions of cgroups. `cat` ends with this process.
    const script = `[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] ||
      { umount -l /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; } || exit 1
      echo ready; exec cat`;
    const namespace = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await Promise.race([
      once(namespace.stdout, 'data'),
      once(namespace, 'exit').then(() => Promise.reject(new Error('no mount namespace with cgroup2'))),
    ]);
    return new ContainerEngine(directory, namespace);
  }

  #words(args: readonly string[]): string[] {
    const [graph, state] = [join(this.directory, 'graph'), join(this.directory, 'state')];
    const store = ['--root', graph, '--runroot', state, '--tmpdir', join(this.directory, 'tmp')];
    return [
      `--target=${this.#namespace.pid}`,
      '--mount',
      'podman',
      '--cgroup-manager=cgroupfs',
      ...store,
      ...args,
    ];
  }

  /** Runs a command and returns its result for any exit status. */
  try(...args: string[]): Promise<Ran> {
    return run('nsenter', this.#words(args));
  }

  /** @returns stdout, trimmed. @throws when podman fails */
  podman(...args: string[]): Promise<string> {
    return must('nsenter', this.#words(args));
  }

  /**
   * Runs an image with podman's options and the program's arguments. Without control groups, because the
   * machine may have the older version of them.
   */
  start(options: readonly string[], image: string, ...args: string[]): Promise<string> {
    return this.podman('run', '--cgroups=disabled', ...options, image, ...args);
  }

  /**
   * Makes a Debian 13 image. It trusts the certificates that this machine's npm trusts and uses the same
   * registry, like an image for use behind a company's proxy.
   */
  async importBase(name: string): Promise<void> {
    const certificates = process.env.NODE_EXTRA_CA_CERTS ?? '';
    const npmrc = join(this.directory, 'npmrc');
    const settings = [`registry=${await must('npm', ['config', 'get', 'registry', '--prefix=/'])}`];
    const uploads = [`upload ${npmrc} /root/.npmrc`];
    if (existsSync(certificates)) {
      const inside = '/etc/ssl/certs/ca-certificates.crt';
      uploads.push(`upload ${certificates} ${inside}`);
      settings.push(`cafile=${inside}`);
    }
    await writeFile(npmrc, `${settings.join('\n')}\n`);
    const file = join(this.directory, 'base.tar');
    // As in the image debian:trixie-slim: no documentation, and no fsync for each file.
    const dpkg = ['doc', 'man', 'locale'].map((folder) => `path-exclude=/usr/share/${folder}/*`);
    await must('mmdebstrap', [
      ...['--quiet', '--variant=minbase', '--include=ca-certificates'],
      ...['force-unsafe-io', ...dpkg].map((option) => `--dpkgopt=${option}`),
      ...uploads.map((hook) => `--customize-hook=${hook}`),
      ...['trixie', file],
    ]);
    await this.podman('import', '--quiet', file, name);
    await rm(file);
  }

  /** Builds a Containerfile in `context`. It uses Docker's format, because OCI's has no health check. */
  async build(
    context: string,
    file: string,
    name: string,
    buildArgs: Readonly<Record<string, string>>,
  ): Promise<void> {
    // podman asks for higher limits than a process in a container may have.
    const limits = await readFile('/proc/self/limits', 'utf8');
    const ulimits = Object.entries({ nofile: 'open files', nproc: 'processes' }).flatMap(([ulimit, line]) => {
      const [, value] = new RegExp(`^Max ${line}\\s+(\\d+)`, 'm').exec(limits) ?? [];
      return value === undefined ? [] : [`--ulimit=${ulimit}=${value}:${value}`];
    });
    const args = Object.entries(buildArgs).map(([argument, value]) => `--build-arg=${argument}=${value}`);
    const how = ['--isolation=chroot', '--format=docker', '--pull=never', '--layers=false', '--jobs=2'];
    await this.podman(
      'build',
      '--quiet',
      ...how,
      ...ulimits,
      ...args,
      `--file=${file}`,
      `--tag=${name}`,
      context,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.try('rm', '--force', '--all', '--time=0', '--volumes');
    const ended = once(this.#namespace, 'exit');
    this.#namespace.stdin?.end();
    await ended;
    await rm(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
