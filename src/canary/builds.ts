/** The archive of builds: one entry for each build of WhatsApp Web that a canary has seen, and what differs between two. */
import type { DeepReport, StepResult } from './report.js';

export interface BuildEntry {
  readonly build: string;
  /** The day on which it was first seen. */
  readonly seen: string;
  /** Where it came from, if not from WhatsApp. */
  readonly note?: string;
  readonly wad: string;
  readonly steps: Readonly<Record<string, StepResult>>;
  readonly repairs: Readonly<Record<string, string>>;
  readonly unknownRequests: readonly string[];
  readonly shapes: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, readonly string[]>>;
}

export interface Archive {
  readonly builds: readonly BuildEntry[];
}

/** @param day `YYYY-MM-DD` */
export function entryOf(report: DeepReport, day: string): BuildEntry | null {
  if (report.facts === null) return null;
  const { build, shapes, exports } = report.facts;
  return {
    build,
    seen: day,
    wad: report.wad,
    steps: Object.fromEntries(report.steps.map(({ step, result }) => [step, result])),
    repairs: report.repairs,
    unknownRequests: [...report.unknownRequests].sort(),
    shapes,
    exports,
  };
}

/** The archive with this build in it: a build that is there already keeps its first day. */
export function withEntry({ builds }: Archive, entry: BuildEntry): Archive {
  const old = builds.find(({ build }) => build === entry.build);
  const rest = builds.filter((one) => one !== old);
  return { builds: [...rest, { ...entry, seen: old?.seen ?? entry.seen }] };
}

/** The newest other build, to compare with. */
export const before = ({ builds }: Archive, build: string): BuildEntry | undefined =>
  builds.findLast((one) => one.build !== build);

const GONE = 'missing';

/** What differs, in words, the most important first. */
export function changesBetween(old: BuildEntry, now: BuildEntry): string[] {
  const steps = changed(old.steps, now.steps).map(([name, was, is]) => `${name}: ${was}, now ${is}`);
  const repairs = changed(old.repairs, now.repairs).map(
    ([name, was, is]) => `repair ${name}: ${was}, now ${is}`,
  );
  const shapes = changed(old.shapes, now.shapes).map(([name, was, is]) => {
    const module = name.split('.', 1)[0] ?? name;
    const born = (now.exports[module] ?? []).filter((one) => !(old.exports[module] ?? [one]).includes(one));
    if (is !== GONE) return `${name}: ${was}, now ${is}`;
    return `${name} is gone${born.length === 0 ? '' : `; ${module} has got ${born.join(', ')}`}`;
  });
  const requests = now.unknownRequests
    .filter((name) => !old.unknownRequests.includes(name))
    .map((name) => `the page has a new request: ${name}`);
  return [...steps, ...repairs, ...shapes, ...requests];
}

/** Names that are in both with other words, and names that only one has. */
function changed(
  old: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): [name: string, was: string, is: string][] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    const [was, is] = [old[name], now[name]];
    return was === is || was === undefined || is === undefined ? [] : [[name, was, is]];
  });
}

/** @throws Error when the text is not an archive */
export function parseArchive(text: string): Archive {
  const read: unknown = JSON.parse(text);
  const builds = (read as { builds?: unknown } | null)?.builds;
  if (!Array.isArray(builds) || builds.some((one) => typeof one?.build !== 'string'))
    throw new Error('it is not an archive of builds');
  return { builds };
}

export const renderArchive = (archive: Archive): string => `${JSON.stringify(archive, null, 1)}\n`;
