/**
 * The Chromium switches of the deep canary: which names lead to this process, which lead nowhere, and whose certificate is
 * accepted. Everything else reaches the network as for any user.
 */
import { environmentProxy } from './environment-proxy.js';

/** The page dials this port of its own host, too (WAWebOpenSocket, as of 2026-04-27). */
export const CHAT_HOST = 'web.whatsapp.com';
export const CHAT_PORT = 5222;
/** Where files are; our server names this host when the page asks (`media_conn`). */
export const MEDIA_HOST = 'mmg.whatsapp.net';

/**
 * Hosts that only receive: reports of crashes and statistics (WAWebCrashlogConstants, privateStatsUpload). A page that cannot
 * reach them works as with an ad blocker.
 */
export const BLOCKED_HOSTS = ['crashlogs.whatsapp.net', 'dit.whatsapp.net', 'graph.whatsapp.com'] as const;

export interface Ports {
  readonly chat: number;
  readonly media: number;
}

/**
 * Why the deep canary does not run with these switches of the configuration, in one sentence; null: it does. An exception to the
 * rules could send the chat connection to WhatsApp.
 */
export function refusedSwitch(args: readonly string[]): string | null {
  return args.some((one) => /^--host-resolver-rules=(?:.*,)?\s*EXCLUDE\s/is.test(one))
    ? 'browser.args has --host-resolver-rules with EXCLUDE, which could send the chat connection to WhatsApp'
    : null;
}

/**
 * @param own the switches that the account's configuration and proxy have
 * @param env whose proxy is used if those name none
 */
export function deepSwitches(
  ports: Ports,
  keyHash: string,
  own: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const rules = [
    `MAP ${CHAT_HOST}:${CHAT_PORT} 127.0.0.1:${ports.chat}`,
    `MAP ${MEDIA_HOST} 127.0.0.1:${ports.media}`,
    ...BLOCKED_HOSTS.map((host) => `MAP ${host} ~NOTFOUND`),
  ];
  // Of a repeated switch Chromium takes the last one, so those of the configuration are joined.
  const joined = (name: string, mine: readonly string[], between: string): string => {
    const theirs = own.flatMap((one) => (one.startsWith(`${name}=`) ? one.slice(name.length + 1) : []));
    return `${name}=${[...mine, ...theirs].join(between)}`;
  };
  const local = [ports.chat, ports.media].map((port) => `127.0.0.1:${port}=public`);
  return [
    joined('--host-resolver-rules', rules, ','),
    joined('--ignore-certificate-errors-spki-list', [keyHash], ','),
    // A page of the internet may not reach a local address without asking a person (Chromium 142).
    joined('--ip-address-space-overrides', local, ','),
    ...proxied(),
  ];

  /** A proxy would resolve these names itself, so they go around it: to us, or nowhere. */
  function proxied(): string[] {
    if (own.includes('--no-proxy-server')) return [];
    const isNamed = own.some((one) => one.startsWith('--proxy-server='));
    const found = isNamed ? null : environmentProxy(env);
    // Otherwise Chromium would ask the settings of the desktop, too.
    if (!isNamed && found === null) return ['--no-proxy-server'];
    const around = [`${CHAT_HOST}:${CHAT_PORT}`, MEDIA_HOST, ...BLOCKED_HOSTS, ...(found?.bypass ?? [])];
    return [
      ...(found === null ? [] : [`--proxy-server=${found.server}`]),
      joined('--proxy-bypass-list', around, ';'),
    ];
  }
}
