/**
 * The container image is built completely and runs.
 * The test checks its size, content, user and health check. A daemon in it is linked to the simulator, with
 * Chromium's sandbox on and its state in the volume.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ContainerEngine } from '../harness/container-engine.js';
import { eventually } from '../harness/eventually.js';
import { lacks } from '../harness/program.js';
import { Simulator } from '../simulator/simulator.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const MB = 1_000_000;
/** As promised by docs/containers.md. */
const AT_MOST = 1_000 * MB;
const UID = 10001;
// For a busy machine: it takes four and a half minutes of processor time.
t.setTimeout(3_600_000);

const skip =
  lacks('podman') || lacks('mmdebstrap') || lacks('unshare') || (process.getuid?.() !== 0 && 'needs root');

/** The options of `docker run` in docs/containers.md. The first three are `run -d --name`. */
function documented(): string[] {
  const page = readFileSync(join(ROOT, 'docs/containers.md'), 'utf8');
  const [, options = ''] = /^docker run (-d --name wad .*?)\n {2}wad$/ms.exec(page) ?? [];
  return options.split(/[\s\\]+/).filter(Boolean);
}

t.test('the container image', { skip }, async (t) => {
  await using engine = await ContainerEngine.start();
  await engine.importBase('base');
  await engine.build(ROOT, join(ROOT, 'packaging/container/Containerfile'), 'wad', {
    BASE: 'localhost/base',
  });
  const image = 'localhost/wad';
  const inspect = (format: string) => engine.podman('image', 'inspect', '--format', format, image);
  /** A shell in a container of the image, as root so that it can read everything. */
  const shell = (script: string) =>
    engine.start(['--rm', '--network=none', '--user=0', '--entrypoint=sh'], image, '-c', script);

  /** Waits until the daemon in a container answers. */
  const lives = (name: string) =>
    eventually(
      async () => (await engine.try('exec', name, 'wactl', '--timeout=5', 'call', 'daemon.ping')).code === 0,
      `a daemon in ${name}`,
      60_000,
    );

  await t.test('is as small as docs/containers.md says', async (t) => {
    const size = Number(await inspect('{{.Size}}'));
    t.comment(`${Math.round(size / MB)} MB`);
    t.ok(size > 300 * MB && size < AT_MOST, `${size} bytes`);
    const page = readFileSync(join(ROOT, 'docs/containers.md'), 'utf8');
    t.ok(page.includes(`less than ${(AT_MOST / MB).toLocaleString('en')} MB`), 'the page states this limit');
  });

  await t.test('contains no build tools', async (t) => {
    const programs = 'npm npx corepack yarn cc gcc g++ c++ clang make python3 git tsc esbuild biome tap';
    t.equal(await shell(`for name in ${programs}; do command -v $name; done; true`), '');
    t.equal(
      await shell(
        'ls -d /src /tree /root/.npm /root/.cache 2>/dev/null; find /usr/lib/wad/src /usr/lib/wad/test -type f | sort',
      ),
      // Documents to which others link.
      ['src/waserver', 'test/real-page', 'test/simulator']
        .map((room) => `/usr/lib/wad/${room}/README.md`)
        .join('\n'),
    );
    const modules = await shell('ls /usr/lib/wad/node_modules');
    t.match(modules, /^whatsapp-web\.js$/m);
    t.notMatch(modules, /^(?:typescript|tap|esbuild|@biomejs|@tapjs|@types|kubernetes-types)$/m);
    const left = `find / -xdev ( -name _cacache -o -path '/var/lib/apt/lists/*_*' -o -path '/usr/lib/wad/*.map' )`;
    t.equal(await shell(`${left.replace(/([()])/g, '\\$1')} -print; find / -xdev -name '*.deb'`), '');
  });

  await t.test('has every library that its programs require', async (t) => {
    const programs = '/usr/bin/node /usr/bin/ffmpeg /usr/bin/tini /usr/lib/chromium/chromium';
    const found = await shell(
      `for program in ${programs}; do ldd $program || echo "$program: not found"; done`,
    );
    t.match(found, /libgbm/);
    t.notMatch(found, /not found/);
  });

  await t.test('runs wad and wactl, and keeps copyright notices', async (t) => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const brief = ['--rm', '--network=none'];
    t.equal(await engine.start(brief, image, '--version'), `wad ${version}`);
    t.equal(await engine.start([...brief, '--entrypoint=wactl'], image, '--version'), `wactl ${version}`);
    t.equal(
      await shell('ls /usr/lib/wad/dist/THIRD-PARTY-NOTICES.txt /usr/share/doc/chromium/copyright | wc -l'),
      '2',
    );
  });

  await t.test('runs as a user that is not root and owns only the state', async (t) => {
    t.equal(await inspect('{{.Config.User}}'), `${UID}:${UID}`);
    const as = ['--rm', '--network=none', '--entrypoint=sh'];
    t.equal(await engine.start(as, image, '-c', 'id -u; id -g; id -un'), `${UID}\n${UID}\nwad`);
    const owned = await engine.start(as, image, '-c', `find / -xdev -user ${UID} 2>/dev/null | sort`);
    t.same(owned.split('\n'), ['/run/wad', '/var/lib/wad']);
  });

  await t.test('is unhealthy without a daemon', async (t) => {
    const health = JSON.parse(await inspect('{{json .Config.Healthcheck.Test}}')) as string[];
    const [, program = '', ...args] = health;
    const options = ['--cgroups=disabled', '--rm', '--network=none', `--entrypoint=${program}`];
    const ran = await engine.try('run', ...options, image, ...args);
    t.equal(ran.code, 3, ran.stderr);
  });

  await t.test('starts on a fresh volume of Kubernetes, which is owned by root', async (t) => {
    const claim = join(engine.directory, 'claim');
    await mkdir(claim);
    chmodSync(claim, 0o2775);
    await chown(claim, 0, UID);
    chmodSync(engine.directory, 0o755);
    const options = ['-d', '--name=claim', '--network=none', `--volume=${claim}:/var/lib/wad`];
    await engine.start(options, image, '--no-auto-init');
    t.teardown(() => engine.try('rm', '--force', '--time=0', 'claim'));
    await lives('claim');
    t.match(await engine.podman('exec', 'claim', 'wactl', 'status'), /no phone is linked/);
    t.match(
      await engine.podman('exec', 'claim', 'ls', '-ld', '/var/lib/wad/state'),
      /^drwx--S?---.* wad wad /,
    );
  });

  await t.test(
    'links, sends, reports its health, and is still linked after an upgrade of the container',
    async (t) => {
      await using sim = await Simulator.start({ generation: '2026-09' });
      const phone = sim.createPhone({ number: '15550001111' });
      sim.createContact({ number: '15550002222' });
      const scripts = join(engine.directory, 'scripts');
      mkdirSync(scripts, { mode: 0o755 });
      const browser = await sim.browserWrapper(scripts, { sandbox: true, executable: '/usr/bin/chromium' });
      // The simulator listens on this machine's loopback, and no authority signed its certificate.
      const toSimulator = [
        '--network=host',
        `--volume=${scripts}:${scripts}:ro`,
        `--env=WAD_BROWSER_PATH=${browser}`,
      ];
      const options = documented();
      for (const part of ['--cap-drop', 'no-new-privileges', 'wad-default:/var/lib/wad'])
        t.ok(options.includes(part), part);
      const wactl = (...args: string[]) => engine.podman('exec', 'wad', 'wactl', ...args);
      const until = async (state: 'ready') =>
        t.match(await wactl('--timeout', '90', 'wait', state), /ready|^$/);
      const health = async () => (await engine.try('healthcheck', 'run', 'wad')).code;

      await engine.start([...options, ...toSimulator], image);
      t.teardown(() => engine.try('rm', '--force', '--time=0', 'wad'));
      await lives('wad');
      const { qr } = JSON.parse(await wactl('call', 'session.qr', '{"waitMs":60000}')) as { qr: string };
      t.equal(await health(), 0, 'the container is healthy while it waits for a phone');
      await phone.scan(qr);
      await until('ready');
      t.match(await wactl('send', '--wait', 'read', '15550002222', 'from a container'), /^read/);

      const processes = await engine.podman(
        ...['exec', 'wad', 'sh', '-c'],
        `for at in /proc/[0-9]*; do echo $(tr '\\0' ' ' <$at/cmdline) $(grep ^Seccomp: $at/status); done 2>/dev/null`,
      );
      t.notMatch(processes, /--no-sandbox/);
      t.match(processes, /--type=renderer .*Seccomp: 2/, "Chromium's own sandbox is on");

      const pid = await engine.podman('inspect', '--format', '{{.State.Pid}}', 'wad');
      const [daemon = 0] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
        .trim()
        .split(' ')
        .map(Number);
      t.ok(daemon > 1);
      process.kill(daemon, 'SIGSTOP');
      t.not(await health(), 0, 'the container is unhealthy while the daemon does not answer');
      process.kill(daemon, 'SIGCONT');
      t.equal(await health(), 0, 'the container is healthy again');

      const began: string = JSON.parse(
        await engine.podman('inspect', '--format', '{{json .Created}}', 'wad'),
      );
      const written = `find / -xdev -type f -newermt ${began} 2>/dev/null | grep -Ev '^/(tmp|run|etc)/'; true`;
      t.equal(await engine.podman('exec', 'wad', 'sh', '-c', written), '', 'only the volume contains state');

      await engine.podman('stop', 'wad');
      t.equal(await engine.podman('inspect', '--format', '{{.State.ExitCode}}', 'wad'), '0');
      await engine.podman('rm', 'wad');
      await engine.start([...options, ...toSimulator], image);
      await lives('wad');
      await until('ready');
      t.equal(phone.devices.length, 1, 'the device stays linked throughout');
      t.match(await wactl('outbox', 'list', '--limit', '5'), /from a container|15550002222|\+1 555 000 2222/);
      await engine.podman('stop', 'wad');
      t.ok(
        readdirSync(
          join(
            await engine.podman('volume', 'inspect', '--format', '{{.Mountpoint}}', 'wad-default'),
            'state',
          ),
        ).includes('wad.sqlite'),
      );
    },
  );
});
