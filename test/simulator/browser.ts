/** Directs a Chromium to the simulator, and blocks all other hosts. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Other names with their ports, and the port on this machine that is meant. */
export type Hosts = Readonly<Record<string, number>>;

/**
 * The first matching rule wins, so every name except the page's own resolves to nothing: no test can reach
 * the real service. Loopback stays reachable by its address. `--disable-features` is not used here, because
 * Chromium uses only the last one, and puppeteer has its own.
 */
export function chromiumArgs(port: number, hosts: Hosts = {}): string[] {
  const rules = [
    `MAP web.whatsapp.com:443 127.0.0.1:${port}`,
    ...Object.entries(hosts).map(([name, local]) => `MAP ${name} 127.0.0.1:${local}`),
    'MAP * ~NOTFOUND',
    'EXCLUDE 127.0.0.1',
    'EXCLUDE localhost',
  ];
  return [
    `--host-resolver-rules=${rules.join(', ')}`,
    '--ignore-certificate-errors',
    '--no-proxy-server',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-client-side-phishing-detection',
    '--disable-component-update',
    '--disable-component-extensions-with-background-pages',
    '--disable-default-apps',
    '--disable-domain-reliability',
    '--disable-quic',
    '--disable-sync',
    '--metrics-recording-only',
    '--safebrowsing-disable-auto-update',
  ];
}

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

export interface WrapperOptions {
  sandbox?: boolean;
  executable?: string;
  /** The page is reached through a proxy of the daemon's, which blocks everything else. */
  proxied?: boolean;
  hosts?: Hosts;
}

/**
 * Writes a script that can be used as Chromium's path, and returns its path. It uses `exec`, so the pid
 * stays, and it passes its descriptors on (puppeteer's pipe).
 */
export async function writeBrowserWrapper(
  directory: string,
  port: number,
  {
    sandbox = true,
    executable = process.env.WAD_TEST_BROWSER ?? '/usr/bin/chromium',
    proxied = false,
    hosts = {},
  }: WrapperOptions = {},
): Promise<string> {
  const args = [
    ...(proxied ? ['--ignore-certificate-errors'] : chromiumArgs(port, hosts)),
    ...(sandbox ? [] : ['--no-sandbox']),
  ];
  const file = path.join(directory, `chromium-to-simulator-${port}`);
  await mkdir(directory, { recursive: true });
  await writeFile(file, `#!/bin/sh\nexec ${quoted(executable)} "$@" ${args.map(quoted).join(' ')}\n`);
  await chmod(file, 0o755);
  return file;
}
