/**
 * The proxy of the environment as switches of Chromium, which would read these variables itself, but without the exceptions that
 * the deep canary needs. The meaning is Chromium's (proxy_config_service_linux.cc): `all_proxy` comes first, a user and a password
 * are left out, and `no_proxy` names ends of host names.
 */

type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentProxy {
  /** A value of `--proxy-server`. */
  readonly server: string;
  /** Parts of `--proxy-bypass-list`. */
  readonly bypass: readonly string[];
}

/** What Chromium understands. With another scheme, host or port it would connect directly, and say nothing. */
const PROXY =
  /^((?:https?|socks[45]?):\/\/)?(?:[^@/\s]*@)?((?:[a-z\d_](?:[\w.-]*)|\[[\da-f:.]+\])(?::\d{1,5})?)\/*$/i;
/** Chromium reads these, too: a script that finds the proxy, and one that counts if no other is named. */
const [SCRIPT, SOCKS] = ['auto_proxy', 'socks_server'];

/**
 * null: the environment names none.
 * @throws Error, one sentence without the value, which may contain a password: a proxy is named and not understood. Then there is
 * no direct connection instead, which would show WhatsApp the machine's own address
 */
export function environmentProxy(env: Environment): EnvironmentProxy | null {
  const named = (name: string): string => (env[name] === undefined ? name.toUpperCase() : name);
  const read = (name: string): string => (env[named(name)] ?? '').trim();
  const refuse = (name: string, why: string): never => {
    throw new Error(`the proxy in ${named(name)} cannot be used: ${why}`);
  };
  const proxy = (name: string): string | undefined => {
    const value = read(name);
    if (value === '') return undefined;
    const [, scheme = '', host = ''] = PROXY.exec(value) ?? [];
    if (host === '' || !URL.canParse(`http://${host}`))
      return refuse(name, 'it is not of the form http://HOST:PORT or socks5://HOST:PORT');
    return `${scheme}${host}`;
  };
  if (read(SCRIPT) !== '') refuse(SCRIPT, 'the deep canary reads no scripts that find a proxy');
  const all = proxy('all_proxy');
  const each = (): string =>
    ['http', 'https']
      .flatMap((scheme) => {
        const one = proxy(`${scheme}_proxy`);
        return one === undefined ? [] : `${scheme}=${one}`;
      })
      .join(';');
  const server = all ?? each();
  if (server === '') {
    if (read(SOCKS) !== '') refuse(SOCKS, 'name it in all_proxy, as socks5://HOST:PORT');
    return null;
  }
  return {
    server,
    bypass: read('no_proxy')
      .split(/[\s,]+/)
      .flatMap(bypassed),
  };
}

/** A switch wants a star before the end of a name; numbers are written the same. */
function bypassed(name: string): string[] {
  if (name === '') return [];
  return [/^[a-z][\w.-]*(?::\d+)?$/i.test(name) ? `*${name}` : name];
}
