// The proxy of an account: the address for people, and the address with its user and password for the forwarder.
import type { Config } from '../config/keys.js';
import { readSecretFile } from '../config/secret-file.js';
import { Fault } from '../protocol/fault.js';

export interface Upstream {
  /** For people and logs: `socks5://proxy.example:1080`. Never with a user or a password. */
  readonly name: string;
  /** A secret when there is a password. */
  readonly url: string;
}

const DEFAULT_PORT: Readonly<Record<string, string>> = { 'http:': '80', 'socks5:': '1080' };

/** The proxy's address as status, logs and the doctor show it; null when none is configured. */
export function proxyName({ url }: Config['proxy']): string | null {
  if (url === '') return null;
  const { protocol, hostname, port } = new URL(url);
  return `${protocol}//${hostname}:${port || DEFAULT_PORT[protocol]}`;
}

/**
 * Reads the password file, so that a new password counts from the next browser on.
 * @throws Fault usage, permission_denied: the password file cannot be used, or the configuration names half a user
 */
export function readUpstream(proxy: Config['proxy']): Upstream {
  const name = proxyName(proxy) ?? '';
  const { user, passwordFile } = proxy;
  if ((user === '') !== (passwordFile === null))
    throw new Fault('usage', {
      reason: 'proxy.user and proxy.passwordFile belong together, and one of them is missing',
      hint: 'wad --check-config',
    });
  if (passwordFile === null) return { name, url: name };
  const password = readSecretFile({ path: passwordFile, key: 'proxy.passwordFile' }).replace(/\r?\n$/, '');
  if (password === '' || /[\r\n\0]/.test(password))
    throw new Fault('usage', {
      reason: `proxy.passwordFile: ${passwordFile} must contain one line, the password`,
      hint: `wc -l ${passwordFile}`,
    });
  const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return { name, url: name.replace('://', `://${credentials}@`) };
}
