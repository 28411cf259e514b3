// Lists the files of a browser's profile that belong to the session: all but caches, logs and locks, which
// the next browser creates again. It does not know archives or destinations.
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBoundedAsync } from '../local/bounded-file.js';

/** Names that hold nothing of a session, in any folder. Service workers are kept whole. */
const NOT_NEEDED = new Set([
  ...['Cache', 'Code Cache', 'GPUCache', 'GrShaderCache', 'GraphiteDawnCache', 'ShaderCache'],
  ...['DawnCache', 'DawnGraphiteCache', 'DawnWebGPUCache', 'component_crx_cache', 'extensions_crx_cache'],
  ...['Crashpad', 'Crash Reports', 'BrowserMetrics', 'BrowserMetrics-spare.pma', 'DeferredBrowserMetrics'],
  ...['chrome_debug.log', 'DevToolsActivePort', 'LOCK'],
]);

export interface ProfileFile {
  /** The path below the profile. */
  readonly name: string;
  readonly size: number;
}

/** The files, in the order of their names. Links and locks of Chromium are left out. */
export async function* profileFiles(profile: string, below = ''): AsyncGenerator<ProfileFile> {
  const entries = await readdir(join(profile, below), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (NOT_NEEDED.has(entry.name) || entry.name.startsWith('Singleton')) continue;
    const name = join(below, entry.name);
    if (entry.isDirectory()) yield* profileFiles(profile, name);
    else if (entry.isFile()) yield { name, size: (await stat(join(profile, name))).size };
  }
}

/** Copies them; the copy belongs to this user, and no other user can read it. */
export async function copyProfile(
  from: string,
  to: string,
  onBytes?: (bytes: number, total: null) => void,
): Promise<void> {
  for await (const { name, size } of profileFiles(from)) {
    await mkdir(dirname(join(to, name)), { recursive: true, mode: 0o700 });
    await copyFile(join(from, name), join(to, name));
    onBytes?.(size, null);
  }
}

/** The version of Chromium that last wrote the profile, such as 156.0.8078.79; null if it is unknown. */
export async function writtenBy(profile: string): Promise<string | null> {
  const text = await readBoundedAsync(join(profile, 'Last Version'), 1_024).then(String, () => '');
  return /^\d+(\.\d+)+/.exec(text.trim())?.[0] ?? null;
}
