/**
 * The Chromium switches of the deep canary: which names lead to this process, which lead nowhere, and whose certificate is
 * accepted. Everything else reaches the network as for any user.
 */

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

/** @param own the switches that the account's configuration and proxy have */
export function deepSwitches(ports: Ports, keyHash: string, own: readonly string[]): string[] {
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
    // A proxy would resolve these two names itself.
    ...(own.some((one) => one.startsWith('--proxy-server='))
      ? [joined('--proxy-bypass-list', [`${CHAT_HOST}:${CHAT_PORT}`, MEDIA_HOST], ';')]
      : []),
  ];
}
