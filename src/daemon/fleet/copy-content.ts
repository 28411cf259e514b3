// What a copy of an account contains, and where each file of it belongs:
// - the profile, as an export has it: without caches, logs and locks;
// - the store: outbox, journal, places of consumers;
// - the files of messages that are not sent yet;
// - secrets on which others depend (`*.secret`): receivers of webhooks check signatures with them.
// The marker is made of the manifest. Not the token of HTTP: it is the key of a door of one machine. Not quarantined
// profiles, locks, sockets and received files: they can be made or fetched again, or are of this disk only.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackedFile } from '../../archive/pack.js';
import { profileFiles } from '../../session-dir/profile-files.js';

export const STORE = 'wad.sqlite';
const PROFILE = 'profile/';
const MEDIA = 'media/';
const SECRET = /^[-\w]+\.secret$/;
/** A file, and the note of its type and name. */
const MEDIA_FILE = /^f-[0-9a-f]{40}(\.json)?$/;

export interface CopySources {
  readonly profile: string;
  /** A copy of the store that nobody writes; null: there is none. */
  readonly store: string | null;
  readonly stateDir: string;
  /** Ids of files in the media directory. One that is missing does not matter: its message will say so. */
  readonly media: ReadonlySet<string>;
}

/** The files, the store first. @throws (rejects) the kernel's errors */
export async function copiedFiles({ profile, store, stateDir, media }: CopySources): Promise<PackedFile[]> {
  const files: PackedFile[] = [];
  const add = async (name: string, path: string): Promise<void> => {
    const found = await stat(path).catch(() => null);
    if (found?.isFile()) files.push({ name, path, size: found.size });
  };
  if (store !== null) await add(STORE, store);
  for (const name of (await readdir(stateDir)).sort())
    if (SECRET.test(name)) await add(name, join(stateDir, name));
  for (const name of [...media].flatMap((id) => [id, `${id}.json`]))
    await add(MEDIA + name, join(stateDir, 'media', name));
  for await (const { name, size } of profileFiles(profile))
    files.push({ name: PROFILE + name, path: join(profile, name), size });
  return files;
}

/**
 * Where a file of a copy is written; null: it does not belong in one.
 * @param to directories, as in `CopySources`
 */
export function copyPlace(
  name: string,
  to: { readonly profile: string; readonly state: string },
): string | null {
  if (name.startsWith(PROFILE)) return join(to.profile, name.slice(PROFILE.length));
  const isMedia = name.startsWith(MEDIA) && MEDIA_FILE.test(name.slice(MEDIA.length));
  return isMedia || name === STORE || SECRET.test(name) ? join(to.state, name) : null;
}
