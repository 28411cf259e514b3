// The text format of Prometheus: reads the pages of several accounts and writes them as one, in which each sample names
// its account. A page comes from another process, so a line that is not of the format is left out: it would make
// Prometheus refuse the page of every account.

/** The samples of one metric, with its description. */
export interface Family {
  readonly name: string;
  /** As it is written after `# HELP name`, escaped; null without one. */
  help: string | null;
  /** Null: untyped. */
  type: MetricType | null;
  /** Whole lines of text. */
  readonly samples: string[];
}

/** By name, in the order in which they are written. */
export type Families = Map<string, Family>;

const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'] as const;
export type MetricType = (typeof TYPES)[number];

/** The label that names the account. */
export const ACCOUNT = 'account';

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="[^"\\]*(?:\\[\\"n][^"\\]*)*"`;
const NUMBER = String.raw`[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[iI]nf|[nN]a[nN])`;
const SAMPLE = new RegExp(`^(${NAME})(?:\\{((?:${LABEL}(?:,${LABEL})*,?)?)\\})? +(${NUMBER}(?: +-?\\d+)?)$`);
const META = new RegExp(`^# (HELP|TYPE) (${NAME})(?: (.*))?$`);
/** Prometheus may refuse a page for any other escape. */
const HELP = /^(?:[^\\]|\\[\\n])*$/;
const PAIR = /([a-zA-Z_][a-zA-Z0-9_]*)=("[^"\\]*(?:\\[\\"n][^"\\]*)*")/g;

/** The names of samples that belong to a family of this type, besides its own name. */
const SUFFIXES: Readonly<Partial<Record<MetricType, readonly string[]>>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['_sum', '_count'],
};

export const quoted = (value: string): string =>
  `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;

/** One sample as a line of text. */
export function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}=${quoted(text)}`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${written(value)}`;
}

const written = (value: number): string =>
  Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';

/**
 * Reads the page of one account. Each sample gets the label `account` as its first one; a label of that name that it has
 * already becomes `exported_account`, as Prometheus would name it.
 * @param isOwn names that only the gateway may use: their samples are left out
 */
export function readPage(
  text: string,
  account: string,
  isOwn: (name: string) => boolean = () => false,
): Families {
  const families: Families = new Map();
  const first = `${ACCOUNT}=${quoted(account)}`;
  let current: Family | undefined;
  for (const line of text.split('\n')) {
    const [, what, about = '', words = ''] = (line.startsWith('#') && META.exec(line)) || [];
    if (what !== undefined) {
      current = familyOf(families, about);
      if (what === 'HELP') current.help ??= HELP.test(words) ? words : null;
      else current.type ??= TYPES.find((type) => type === words) ?? null;
      continue;
    }
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) continue;
    const family = current && belongs(name, current) ? current : familyOf(families, name);
    if (isOwn(family.name) || isOwn(name)) continue;
    const rest = withoutAccount(labels).replace(/,$/, '');
    family.samples.push(`${name}{${first}${rest === '' ? '' : `,${rest}`}} ${value}`);
  }
  return families;
}

function familyOf(families: Families, name: string): Family {
  let family = families.get(name);
  if (family === undefined) {
    family = { name, help: null, type: null, samples: [] };
    families.set(name, family);
  }
  return family;
}

const belongs = (name: string, { name: own, type }: Family): boolean =>
  name === own || (type !== null && (SUFFIXES[type] ?? []).some((suffix) => name === own + suffix));

function withoutAccount(labels: string): string {
  // Most pages have no such label, and reading every pair takes most of the time.
  if (!labels.includes(`${ACCOUNT}=`)) return labels;
  const taken = new Set<string>();
  return [...labels.matchAll(PAIR)]
    .map(([, label = '', value = '']) => {
      let name = label === ACCOUNT ? `exported_${ACCOUNT}` : label;
      while (taken.has(name)) name = `exported_${name}`;
      taken.add(name);
      return `${name}=${value}`;
    })
    .join(',');
}

/** Joins the pages of several accounts: one family for each name, described as on the first page that has it. */
export function merged(pages: Iterable<Families>): Families {
  const all: Families = new Map();
  for (const page of pages) {
    for (const { name, help, type, samples } of page.values()) {
      if (samples.length === 0) continue;
      const family = familyOf(all, name);
      family.help ??= help;
      family.type ??= type;
      for (const line of samples) family.samples.push(line);
    }
  }
  return all;
}

/** Writes a page. */
export function writePage(families: Families): string {
  const parts: string[] = [];
  for (const { name, help, type, samples } of families.values()) {
    if (help !== null) parts.push(`# HELP ${name} ${help}`);
    if (type !== null) parts.push(`# TYPE ${name} ${type}`);
    for (const line of samples) parts.push(line);
  }
  return parts.length === 0 ? '' : `${parts.join('\n')}\n`;
}
