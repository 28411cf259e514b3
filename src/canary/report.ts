/** What a deep canary has found, its exit status, and its forms: lines for people, a metric, a file for a bug report. */
import { printableIn } from '../protocol/printable.js';
import type { PageFacts } from './page-facts.js';

/** Of one step. `untried`: a step before it did not work, and this one needs it. */
export type StepResult = 'works' | 'fails' | 'untried';

export interface StepReport {
  readonly step: string;
  /** Of `session.status`, which a failure of this step takes away. */
  readonly capability: string;
  readonly result: StepResult;
  /** Modules of the page that the error names. */
  readonly modules: readonly string[];
  readonly error: string | null;
  readonly ms: number;
}

export interface DeepReport {
  /** Every step works, no capability is lost, and no repair is new. */
  readonly ok: boolean;
  /** The result in one sentence. */
  readonly says: string;
  readonly wad: string;
  readonly whatsappWeb: string | null;
  readonly browser: string | null;
  readonly steps: readonly StepReport[];
  /** Capability → its state, as `session.status` shows it, where it does not work. */
  readonly lost: Readonly<Record<string, string>>;
  /** Repair → its result on this build: `native`, `patched`, or why it failed. */
  readonly repairs: Readonly<Record<string, string>>;
  /** Requests of the page that our server does not know: a new one may be one that it waits for. */
  readonly unknownRequests: readonly string[];
  /** What the page would have sent to WhatsApp, as `METHOD host/path`. */
  readonly keptBack: readonly string[];
  /** Why our server ended a connection, and what nobody could decrypt. */
  readonly problems: readonly string[];
  readonly pageErrors: readonly { readonly error: string; readonly modules: readonly string[] }[];
  /** Null without an archive or with its first build. */
  readonly changes: Changes | null;
  readonly facts: PageFacts | null;
  readonly ms: number;
}

/** What changed since the newest build in the archive. */
export interface Changes {
  readonly since: string;
  /** In words. */
  readonly what: readonly string[];
  /** Repairs that this build needs and that one did not: the page has changed, and `wad` bears it. */
  readonly newRepairs: readonly string[];
}

/** The canary itself could not do its work: nothing is known of the build. */
export interface CanaryFailed {
  readonly failed: true;
  readonly says: string;
}

export const DEEP_EXIT = { works: 0, fails: 1, failed: 69 } as const;

export const isFailed = (result: DeepReport | CanaryFailed): result is CanaryFailed => 'failed' in result;

export function exitOfDeep(result: DeepReport | CanaryFailed): number {
  if (isFailed(result)) return DEEP_EXIT.failed;
  return result.ok ? DEEP_EXIT.works : DEEP_EXIT.fails;
}

const buildOf = ({ whatsappWeb }: Pick<DeepReport, 'whatsappWeb'>): string =>
  `WhatsApp Web ${whatsappWeb ?? 'of an unknown build'}`;

/**
 * A new repair is no failure, but it is not silent either: what was repaired today may break tomorrow, and other programs with the
 * same library fail already.
 */
export function withChanges(report: DeepReport, changes: Changes): DeepReport {
  const { since, newRepairs } = changes;
  if (!report.ok || newRepairs.length === 0) return { ...report, changes };
  const repairs = `${newRepairs.length === 1 ? 'a repair' : 'repairs'} that ${since} did not need: ${newRepairs.join(', ')}`;
  const says = `${buildOf(report)}: all ${report.steps.length} steps work, with ${repairs}`;
  return { ...report, changes, ok: false, says };
}

/** The sentence of a report: what does not work, first of all. */
export function verdict({
  whatsappWeb,
  steps,
  lost,
  repairs,
}: Pick<DeepReport, 'whatsappWeb' | 'steps' | 'lost' | 'repairs'>): { ok: boolean; says: string } {
  const build = buildOf({ whatsappWeb });
  const failing = steps.filter(({ result }) => result === 'fails').map(({ step }) => step);
  const missing = Object.keys(lost);
  if (failing.length + missing.length === 0) {
    const mended = Object.entries(repairs).flatMap(([name, result]) => (result === 'patched' ? name : []));
    const how = mended.length === 0 ? '' : `, with the repairs ${mended.join(', ')}`;
    return { ok: true, says: `${build}: all ${steps.length} steps work${how}` };
  }
  const parts = [
    ...(failing.length === 0
      ? []
      : [`${failing.join(', ')} ${failing.length === 1 ? 'does' : 'do'} not work`]),
    ...(missing.length === 0 ? [] : [`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} lost`]),
  ];
  return { ok: false, says: `${build}: ${parts.join('; ')}` };
}

const WORDS: Readonly<Record<StepResult, string>> = { works: 'ok  ', fails: 'fail', untried: '-   ' };

function firstWord({ ok, steps, lost }: DeepReport): string {
  if (ok) return 'ok  ';
  const works = steps.every(({ result }) => result === 'works') && Object.keys(lost).length === 0;
  return works ? 'new ' : 'fail';
}

/** The sentence, then a line for each step and each finding. What the page says cannot end a line or control the terminal. */
export function renderDeep(found: DeepReport | CanaryFailed): string {
  const result = printableIn(found);
  if (isFailed(result)) return `${result.says}\n`;
  const width = Math.max(...result.steps.map(({ step }) => step.length));
  const lines = [
    `${firstWord(result)}  ${result.says}`,
    ...result.steps.map(({ step, result: word, error, modules }) => {
      const named = modules.filter((name) => error?.includes(name) !== true);
      const where = named.length === 0 ? '' : ` (${named.join(', ')})`;
      return `  ${WORDS[word]}  ${error === null ? step : `${step.padEnd(width)}  ${error}${where}`}`;
    }),
    ...Object.entries(result.lost).map(([name, word]) => `  fail  ${name} is ${word}`),
    ...Object.entries(result.repairs)
      .filter(([, word]) => word !== 'native')
      .map(([name, word]) => `  repair ${name}: ${word}`),
    ...result.unknownRequests.map((name) => `  not answered: ${name}`),
    ...result.keptBack.map((name) => `  kept back: ${name}`),
    ...result.problems.map((text) => `  server: ${text}`),
    ...result.pageErrors.map(({ error, modules }) => `  page error: ${error} (${modules.join(', ')})`),
    ...(result.changes === null ? [] : [`  since ${result.changes.since}:`]),
    ...(result.changes?.what.map((text) => `    ${text}`) ?? []),
  ];
  return `${lines.join('\n')}\n`;
}

/** For node_exporter's textfile collector. @param now milliseconds */
export function deepMetrics(result: DeepReport | CanaryFailed, now: number): string {
  const rows: [name: string, does: string, samples: [labels: string, value: number][]][] = [
    [
      'wad_canary_result',
      'What the deep canary found: 0 all works, 1 something does not or needs a new repair, 2 it could not be run.',
      [['', isFailed(result) ? 2 : Number(!result.ok)]],
    ],
    ['wad_canary_run_timestamp_seconds', 'When the deep canary ended.', [['', Math.round(now / 1000)]]],
  ];
  if (!isFailed(result))
    rows.push(
      [
        'wad_canary_step',
        'Whether a step works on this build of WhatsApp Web; steps that were not tried are left out.',
        result.steps.flatMap(({ step, result: word }) =>
          word === 'untried' ? [] : [[`step="${step}"`, Number(word === 'works')] as [string, number]],
        ),
      ],
      [
        'wad_canary_build_info',
        'The build of WhatsApp Web that the deep canary saw.',
        [[`build="${(result.whatsappWeb ?? 'unknown').replace(/[^\w.-]/g, '')}"`, 1]],
      ],
    );
  return rows
    .map(([name, does, samples]) =>
      [
        `# HELP ${name} ${does}`,
        `# TYPE ${name} gauge`,
        ...samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`),
        '',
      ].join('\n'),
    )
    .join('');
}
