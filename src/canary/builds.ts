/** The archive of builds: one entry for each build of WhatsApp Web that a canary has seen, and what differs between two. */
import type { Changes, DeepReport, StepResult } from './report.js';

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

/** Of the step that links; it is the only one of this capability. */
const LINK = 'link.qr';

/**
 * null when the page was not linked: it has not loaded most of its modules then, so its shapes say nothing of the build.
 * @param day `YYYY-MM-DD`
 */
export function entryOf(report: DeepReport, day: string): BuildEntry | null {
  const isLinked = report.steps.some(({ capability, result }) => capability === LINK && result === 'works');
  if (report.facts === null || !isLinked) return null;
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

/** The archive with this build in it: a build that is there already keeps its first day, and where it came from. */
export function withEntry({ builds }: Archive, entry: BuildEntry): Archive {
  const old = builds.find(({ build }) => build === entry.build);
  const rest = builds.filter((one) => one !== old);
  const { seen = entry.seen, note } = old ?? {};
  return { builds: [...rest, { ...entry, seen, ...(note !== undefined && { note }) }] };
}

/**
 * The newest entry, to compare with. It may be of the same build: what worked on it yesterday and fails today has another
 * reason, such as a switch that WhatsApp has turned on.
 */
export const newest = ({ builds }: Archive): BuildEntry | undefined => builds.at(-1);

const GONE = 'missing';

/** What differs, the most important first. */
export function changesBetween(old: BuildEntry, now: BuildEntry): Changes {
  const steps = differences(old.steps, now.steps).map(words);
  const repairs = differences(old.repairs, now.repairs).map((one) =>
    words({ ...one, name: `repair ${one.name}` }),
  );
  const shapes = differences(old.shapes, now.shapes).map((one) => {
    if (one.is !== GONE || one.was === undefined) return words(one);
    const module = one.name.split('.', 1)[0] ?? one.name;
    const born = (now.exports[module] ?? []).filter(
      (name) => !(old.exports[module] ?? [name]).includes(name),
    );
    return `${one.name} is gone${born.length === 0 ? '' : `; ${module} has got ${born.join(', ')}`}`;
  });
  const requests = now.unknownRequests
    .filter((name) => !old.unknownRequests.includes(name))
    .map((name) => `the page has a new request: ${name}`);
  const newRepairs = differences(old.repairs, now.repairs)
    .filter(({ was, is }) => was === 'native' && is === 'patched')
    .map(({ name }) => name);
  return { since: old.build, what: [...steps, ...repairs, ...shapes, ...requests], newRepairs };
}

/** undefined: the name is not there. */
interface Difference {
  readonly name: string;
  readonly was: string | undefined;
  readonly is: string | undefined;
}

/** Names that are in both with other words, and names that only one has. */
function differences(
  old: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): Difference[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return names.map((name) => ({ name, was: old[name], is: now[name] })).filter(({ was, is }) => was !== is);
}

function words({ name, was, is }: Difference): string {
  if (was === undefined) return `new: ${name} (${is})`;
  return is === undefined ? `gone: ${name}` : `${name}: ${was}, now ${is}`;
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
