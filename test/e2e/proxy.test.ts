/**
 * An account with a proxy: all of its page's traffic goes through it, nothing around it; its password is shown nowhere;
 * and a proxy that does not work costs no browser, and is named.
 */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import puppeteer from 'puppeteer';
import t from 'tap';
import { openForwarder } from '../../src/proxy/forwarder.js';
import { proxySwitches } from '../../src/proxy/switches.js';
import { Home } from '../harness/home.js';
import { TestProxy } from '../harness/proxy.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const WHATSAPP = 'web.whatsapp.com:443';
const PASSWORD = 'Sesam-0penYourse1f';
const ACCOUNTS = [
  { kind: 'http', generation: '2026-04' },
  { kind: 'socks5', generation: '2026-09' },
  { kind: 'http', generation: '2026-10' },
] as const;

/** The environment of a daemon with this proxy, and the file of its password. */
function proxied(home: Home, proxy: TestProxy, password = PASSWORD) {
  const passwordFile = join(home.dir, 'proxy-password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const env = {
    WAD_PROXY_URL: proxy.url,
    WAD_PROXY_USER: 'shop',
    WAD_PROXY_PASSWORD_FILE: passwordFile,
    WAD_RECONNECT_GRACE_MS: '500',
    WAD_RECONNECT_DELAYS_MS: '200',
    WAD_RECONNECT_MAX_ATTEMPTS: '2',
    WAD_RECONNECT_SLOW_RETRY_MS: '500',
  };
  return { env, passwordFile };
}

const proxyTo = (sim: Simulator, kind: 'http' | 'socks5') =>
  TestProxy.start({ kind, user: 'shop', password: PASSWORD, targets: { [WHATSAPP]: sim.port } });

/** The port of the forwarder that the browser of this home uses. */
const forwarderPort = async (home: Home): Promise<number> => {
  const all = await home.processes();
  const [, port] =
    /--proxy-server=http:\/\/127\.0\.0\.1:(\d+)/.exec(all.map(({ command }) => command).join('\n')) ?? [];
  return Number(port);
};

for (const { kind, generation } of ACCOUNTS)
  t.test(
    `${kind}, ${generation}: everything goes through the proxy, and its password is shown nowhere`,
    async (t) => {
      await using sim = await Simulator.start({ generation });
      await using proxy = await proxyTo(sim, kind);
      await using home = await Home.make(sim, { t, proxied: true });
      const phone = sim.createPhone({ number: '15550001111' });
      const contact = sim.createContact({ number: '15550002222' });
      const { env } = proxied(home, proxy);
      const wad = await home.start({ env });
      await wad.link(phone);
      await contact.send('through the proxy');
      await wad.event('message', ({ body }) => body === 'through the proxy');
      const { id } = await wad.request('message.send', { to: contact.number, text: 'and back' });
      t.match(await wad.request('message.wait', { id, for: 'delivered' }), { error: null });

      t.ok(proxy.passed.some(({ target }) => target === WHATSAPP));
      t.same(
        proxy.passed.filter(({ target }) => target.includes('google')),
        [],
        'Chromium asks nothing for itself (whatsapp/browser/switches.ts)',
      );
      const ports = new Set(proxy.passed.map(({ port }) => port));
      t.same(
        [...sim.peerPorts].filter((port) => !ports.has(port)),
        [],
        'the simulator saw the proxy only',
      );

      t.match((await wad.status()).proxy, { address: proxy.url, ok: true, cause: null });
      t.match((await wad.wactl(['status'])).stdout, `proxy    ${proxy.url}\n`);
      const report = join(home.dir, 'report.json');
      t.match(await wad.wactl(['bugreport', report]), { code: 0 });
      const processes = await home.processes();
      const shown = {
        processes: JSON.stringify(processes),
        environments: processes.map(({ pid }) => environmentOf(pid)).join(''),
        log: JSON.stringify(wad.log),
        report: readFileSync(report, 'utf8'),
        status: JSON.stringify(await wad.status()),
        info: JSON.stringify(await wad.request('daemon.info')),
        config: execFileSync(process.execPath, ['dist/wad.cjs', '--check-config'], {
          env: { ...env, HOME: home.dir },
        }).toString(),
      };
      for (const [where, text] of Object.entries(shown)) {
        t.ok(text.length > 0, where);
        for (const secret of [PASSWORD, Buffer.from(`shop:${PASSWORD}`).toString('base64')])
          t.notOk(text.includes(secret), `not in ${where}`);
      }
      const port = await forwarderPort(home);
      t.ok(port > 0);
      await wad.stop();
      t.same(await wad.leftBehind({ profile: 'kept' }), []);
      const [error] = await once(connect(port, '127.0.0.1'), 'error');
      t.match(error, { code: 'ECONNREFUSED' }, 'the forwarder ended with the browser');
    },
  );

t.test('a proxy that dies is named, costs no browser, and the account returns with it', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-10' });
  await using proxy = await proxyTo(sim, 'socks5');
  await using home = await Home.make(sim, { t, proxied: true });
  const { env } = proxied(home, proxy);
  const wad = await home.start({ env });
  await wad.link(sim.createPhone({ number: '15550001111' }));
  let after = await wad.mark();
  await proxy.end();
  await wad.became('reconnecting', { reason: 'network_down', after });
  await wad.until('failed');
  t.match((await wad.status()).proxy, { ok: false, cause: 'unreachable' });
  const failed = (await wad.events('state', after)).filter(({ data }) => data.status === 'failed');
  t.ok(failed.length > 0);
  // Two more slow retries.
  const from = wad.log.length;
  await wad.logged('proxy.failed', undefined, { after: from });
  await wad.logged('proxy.failed', undefined, { after: wad.log.length });
  t.same(await home.browsers(), [], 'no browser is started for nothing');
  after = await wad.mark();
  await proxy.begin();
  await wad.became('ready', { after });
  t.match(await wad.status(), { reason: 'none', hint: null, proxy: { ok: true, cause: null } });
  t.same(await wad.events('qr', after), []);

  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});

t.test('a wrong password is another cause, and a corrected file counts without a restart', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-10' });
  await using proxy = await proxyTo(sim, 'http');
  await using home = await Home.make(sim, { t, proxied: true });
  const { env, passwordFile } = proxied(home, proxy, 'wrong');
  const wad = await home.start({
    env: { ...env, WAD_RECONNECT_SLOW_RETRY_MS: '60000', WAD_RECONNECT_MAX_ATTEMPTS: '100' },
  });
  await wad.became('reconnecting', { reason: 'network_down' });
  t.match(await wad.status(), {
    reason: 'network_down',
    hint: /wactl .*doctor/,
    proxy: { address: proxy.url, ok: false, cause: 'password_refused' },
  });
  t.match((await wad.wactl(['status'])).stdout, /proxy +http:\S+ refuses the user or the password/);
  t.match((await wad.wactl(['doctor'])).stdout, /fail {2}proxy +http:\S+ refuses the user or the password/);
  t.ok(proxy.refused > 0);
  t.same(await home.browsers(), []);
  chmodSync(passwordFile, 0o644);
  await wad.logged('proxy.failed', ({ cause }) => cause === 'bad_password_file');
  writeFileSync(passwordFile, PASSWORD);
  chmodSync(passwordFile, 0o600);
  await wad.until('linking');
  t.match((await wad.status()).proxy, { ok: true });
  t.match((await wad.wactl(['doctor'])).stdout, /ok {4}proxy +http:\S+ connects to WhatsApp/);
  await wad.stop();

  chmodSync(passwordFile, 0o644);
  const refused = await home.start({ env, listening: false });
  t.match(await refused.ended(), { code: 77 });
  t.match(
    refused.stderr + JSON.stringify(refused.log),
    /open to others/,
    'a bad file is refused at the start',
  );
});

t.test(
  'nothing goes round the proxy: no name is resolved, no UDP is sent, loopback is no exception',
  async (t) => {
    await using proxy = await TestProxy.start({ kind: 'http', targets: {} });
    const forwarder = await openForwarder({ name: proxy.url, url: proxy.url });
    t.teardown(() => forwarder.close());
    const stun = createSocket('udp4');
    let packets = 0;
    stun.on('message', () => {
      packets += 1;
    });
    stun.bind(0, '127.0.0.1');
    await once(stun, 'listening');
    t.teardown(() => stun.close());
    /** Gathers candidates at a STUN server on loopback, and asks for three pages. */
    const look = async (switches: readonly string[]) => {
      const browser = await puppeteer.launch({
        executablePath: process.env.WAD_TEST_BROWSER ?? '/usr/bin/chromium',
        args: ['--no-sandbox', ...switches],
      });
      try {
        const [page = await browser.newPage()] = await browser.pages();
        return await page.evaluate(
          async (stunPort, longestMs) => {
            for (const url of ['https://name.example/', 'http://localhost:1/', 'https://127.0.0.1:2/'])
              await fetch(url, { mode: 'no-cors' }).catch(() => undefined);
            const { RTCPeerConnection } = globalThis as unknown as {
              RTCPeerConnection: new (config: object) => Peer;
            };
            const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${stunPort}` }] });
            peer.createDataChannel('x');
            const candidates: string[] = [];
            const gathered = new Promise<void>((resolve) => {
              peer.onicecandidate = ({ candidate }) => {
                if (candidate === null) resolve();
                else candidates.push(candidate.candidate);
              };
            });
            await peer.setLocalDescription(await peer.createOffer());
            await Promise.race([gathered, new Promise((resolve) => setTimeout(resolve, longestMs))]);
            peer.close();
            return candidates.filter((one) => one !== '');
          },
          stun.address().port,
          GATHER_MS,
        );
      } finally {
        await browser.close();
      }
    };
    t.same(await look(proxySwitches(forwarder.port)), []);
    t.equal(packets, 0);
    const asked = proxy.passed.map(({ target }) => target);
    t.ok(asked.includes('name.example:443') && asked.includes('127.0.0.1:2'), asked.join(' '));
    t.not((await look([])).length, 0, 'without the switches there are candidates');
    t.ok(packets > 0, 'and packets');
  },
);

/** The part of a WebRTC connection that is used. */
interface Peer {
  onicecandidate: (event: { candidate: { candidate: string } | null }) => void;
  createDataChannel(name: string): void;
  createOffer(): Promise<unknown>;
  setLocalDescription(offer: unknown): Promise<void>;
  close(): void;
}
/** The candidates of this machine are there at once; an answer of the STUN server never comes. */
const GATHER_MS = 5_000;

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return ''; // it has ended meanwhile
  }
}
