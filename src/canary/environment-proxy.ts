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

/** null: the environment names none. */
export function environmentProxy(env: Environment): EnvironmentProxy | null {
  const read = (name: string): string => (env[name] ?? env[name.toUpperCase()] ?? '').trim();
  const proxy = (name: string): string | undefined => {
    const [, scheme = '', host] = /^([a-z\d]+:\/\/)?(?:[^@/]*@)?([^@/;,\s]+)\/*$/i.exec(read(name)) ?? [];
    return host === undefined ? undefined : `${scheme}${host}`;
  };
  const [all, http, https] = [proxy('all_proxy'), proxy('http_proxy'), proxy('https_proxy')];
  const each = Object.entries({ http, https }).flatMap(([scheme, one]) =>
    one === undefined ? [] : `${scheme}=${one}`,
  );
  const server = all ?? each.join(';');
  return server === ''
    ? null
    : {
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
