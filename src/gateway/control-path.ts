// The path of the gateway's control socket, for the gateway and for wactl.
import { join } from 'node:path';
import type { ServerPath } from '../socket/path.js';

export function controlServerPath({
  env,
  uid,
}: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
}): ServerPath {
  const runtime = env.RUNTIME_DIRECTORY?.split(':')[0];
  const xdg = env.XDG_RUNTIME_DIR?.startsWith('/') ? join(env.XDG_RUNTIME_DIR, 'wad-gateway') : undefined;
  const directory = runtime ?? xdg ?? `/tmp/wad-gateway-${uid}`;
  return { path: join(directory, 'control.sock'), explicit: false, mode: 0o600, directoryMode: 0o700 };
}
