// `wad --adopt`, `--export` and `--import`: moves sessions in or out while the daemon is down.
import { lstat, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Progress } from '../../local/progress.js';
import { Fault } from '../../protocol/fault.js';
import { printable, printableJson } from '../../protocol/printable.js';
import { prepare } from '../../session-dir/layout.js';
import { takeLock } from '../../session-dir/lock.js';
import { hasSession, readMarker } from '../../session-dir/marker.js';
import { pruneMoving } from '../../session-dir/moving.js';
import { copyProfile, writtenBy } from '../../session-dir/profile-files.js';
import type { Flags } from '../flags.js';
import { refusal } from '../refusal.js';
import type { Settings } from '../settings.js';
import { moveFault } from './errors.js';
import { takeIn } from './import.js';
import { type Origin, originOf, profileIn, refuseInUse } from './source.js';

export type Move = Extract<Flags['mode'], 'adopt' | 'export' | 'import'>;

interface Done {
  readonly says: string;
  readonly [field: string]: unknown;
}

const LOG = { info: () => {}, warn: () => {} };
/** Shows the progress to a person at a terminal who asked for text. */
async function shown<T>(
  output: Flags['output'],
  what: string,
  work: (onBytes: (bytes: number, total: number | null) => void) => Promise<T>,
): Promise<T> {
  const progress = output === 'json' ? null : new Progress(what, null);
  try {
    return await work((bytes, total) => progress?.add(bytes, total));
  } finally {
    progress?.end();
  }
}

const phone = (wid: string | null): string | null => wid?.split('@')[0] ?? null;

/** Copies the session of another program, and uses the copy. The original stays as it is. */
async function adopt(settings: Settings, { subject, output }: Flags, signal: AbortSignal): Promise<Done> {
  const from = await profileIn(subject);
  await refuseInUse(from);
  const copy = async (to: string): Promise<Origin> => {
    await shown(output, 'copying', (onBytes) => copyProfile(from, to, onBytes));
    return originOf(from);
  };
  const { wid, profile } = await takeIn(settings, copy, signal);
  return {
    adopted: true,
    account: settings.account,
    phone: phone(wid),
    from,
    profile,
    says: `Adopted: ${profile} is linked and has been ready. Do not start the old program again: ${from} is a copy now, and two copies of a session log each other out.`,
  };
}

async function exportSession(settings: Settings, flags: Flags, signal: AbortSignal): Promise<Done> {
  const { dir, account } = settings;
  const file = resolve(flags.subject);
  if (await lstat(file).catch(() => null))
    throw new Fault('usage', { reason: `${file} exists already`, hint: null });
  await prepare(dir, LOG);
  await refuseInUse(dir.profile);
  await using _ = await takeLock(dir, { log: LOG });
  await pruneMoving(dir);
  if (!(await hasSession(dir)))
    throw new Fault('not_linked', { reason: `there is no session in ${dir.profile}` });
  const [{ passphrase }, { writeArchive }] = await Promise.all([
    import('./passphrase.js'),
    import('./archive.js'),
  ]);
  const secret = await passphrase(flags.passphraseFile, 'new', signal);
  const marker = await readMarker(dir);
  const manifest = {
    format: 1 as const,
    account,
    wid: marker?.wid ?? null,
    linkedAt: marker?.linkedAt ?? null,
    lastSeenAt: marker?.lastSeenAt ?? null,
    browser: await writtenBy(dir.profile),
    made: new Date().toISOString(),
  };
  await shown(flags.output, 'writing', (onBytes) =>
    writeArchive(file, { profile: dir.profile, manifest, passphrase: secret, signal, onBytes }),
  );
  const { size } = await stat(file);
  return {
    exported: true,
    account,
    phone: phone(manifest.wid),
    file,
    bytes: size,
    says: `Written to ${file}, encrypted, and read back. Import it elsewhere, and do not start this account here again: two copies of a session log each other out.`,
  };
}

async function importSession(settings: Settings, flags: Flags, signal: AbortSignal): Promise<Done> {
  const file = resolve(flags.subject);
  const [{ passphrase }, { readArchive }] = await Promise.all([
    import('./passphrase.js'),
    import('./archive.js'),
  ]);
  const secret = await passphrase(flags.passphraseFile, 'known', signal);
  const { wid, profile } = await takeIn(
    settings,
    async (to) => {
      const { manifest } = await shown(flags.output, 'reading', (onBytes) =>
        readArchive(file, { passphrase: secret, profile: to, signal, onBytes }),
      );
      const { linkedAt, lastSeenAt } = manifest;
      // With a time in the future, everything until then would be skipped.
      const isPast = lastSeenAt ? Date.parse(lastSeenAt) <= Date.now() : false;
      return linkedAt && lastSeenAt && isPast ? { linkedAt, lastSeenAt } : null;
    },
    signal,
  );
  return {
    imported: true,
    account: settings.account,
    phone: phone(wid),
    file,
    profile,
    says: `Imported: ${profile} is linked and has been ready. Delete the file when you no longer need it: it becomes outdated while the account is in use.`,
  };
}

const MOVES = { adopt, export: exportSession, import: importSession } as const satisfies Record<
  Move,
  (settings: Settings, flags: Flags, signal: AbortSignal) => Promise<Done>
>;

/** Prints the result. @returns 0, 1 when it failed, 64 for wrong usage, 130 interrupted */
export async function runMove(mode: Move, settings: Settings, flags: Flags): Promise<0 | 1 | 64 | 130> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    const { says, ...done } = await MOVES[mode](settings, flags, stop.signal);
    process.stdout.write(`${flags.output === 'json' ? printableJson(done) : printable(says)}\n`);
    return 0;
  } catch (error) {
    const fault = stop.signal.aborted
      ? new Fault('interrupted')
      : moveFault(error).addressedTo(settings.address);
    const { kind } = fault;
    process.stderr.write(`${refusal(fault, flags.output)}\n`);
    return kind === 'usage' ? 64 : kind === 'interrupted' ? 130 : 1;
  }
}
