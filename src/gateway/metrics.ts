// The metrics of the gateway: the pages of all accounts as one, with a label `account`, and the gateway's own numbers. They
// are few, so they are written by hand, without a library.
import { readdir } from 'node:fs/promises';
import type { Standing } from '../fleet/holders.js';
import {
  ACCOUNT,
  type Families,
  type Family,
  type MetricType,
  merged,
  readPage,
  sample,
  writePage,
} from './exposition.js';

/** The content type of a page. */
export const PAGE_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** An account whose metrics are wanted. */
export interface Scraped {
  readonly account: string;
  /** Reads the text of its `daemon.metrics` within this time; null when the account does not run. */
  readonly scrape: ((timeoutMs: number) => Promise<string>) | null;
  /** Of an account of a fleet. */
  readonly standing?: Standing | undefined;
}

export interface GatewayFacts {
  /** How many accounts run, and how many are known. */
  readonly accounts: { readonly running: number; readonly known: number };
  /** Open HTTP connections. */
  readonly connections: number;
}

interface Described {
  readonly type: MetricType;
  readonly labels: readonly string[];
  readonly help: string;
}

/** The metrics that the gateway adds. Those of its process have the names that Prometheus' own libraries give them. */
export const GATEWAY_METRICS = {
  wad_up: { type: 'gauge', labels: [ACCOUNT], help: '1 while the metrics of the account can be read.' },
  wad_gateway_accounts: {
    type: 'gauge',
    labels: ['running'],
    help: 'Accounts of this machine, by whether their daemon runs.',
  },
  wad_gateway_fleet_held: {
    type: 'gauge',
    labels: [ACCOUNT],
    help: '1 while a machine of the fleet has the account, as far as the gateway sees; missing for an account that is not to run.',
  },
  wad_gateway_fleet_leases_lost_total: {
    type: 'counter',
    labels: [ACCOUNT],
    help: 'Leases that another daemon took over without their having been given back: the holder died, or was cut off.',
  },
  wad_gateway_connections: { type: 'gauge', labels: [], help: 'Open connections to the gateway.' },
  wad_gateway_requests_total: {
    type: 'counter',
    labels: ['token', 'code'],
    help: 'Requests to the gateway, by the name of the token and by status.',
  },
  process_resident_memory_bytes: { type: 'gauge', labels: [], help: 'Resident memory size in bytes.' },
  process_cpu_seconds_total: {
    type: 'counter',
    labels: [],
    help: 'Total user and system CPU time spent in seconds.',
  },
  process_start_time_seconds: {
    type: 'gauge',
    labels: [],
    help: 'Start time of the process since unix epoch in seconds.',
  },
  process_open_fds: { type: 'gauge', labels: [], help: 'Number of open file descriptors.' },
} as const satisfies Readonly<Record<string, Described>>;
type GatewayMetric = keyof typeof GATEWAY_METRICS;

/** Prometheus waits for ten seconds by default. */
const SCRAPE_MS = 8_000;
/** A page that is longer than this is not of a daemon. */
const MAX_PAGE_CHARS = 8 * 1024 * 1024;
/** Tokens that are counted by name. Tokens beyond this many are counted together, so that the page stays short. */
const MAX_TOKENS = 200;

/** No name of a token contains a bracket. */
const NO_TOKEN = '(none)';
const OTHER_TOKENS = '(other)';

/** Names that are reserved for the gateway: a daemon could otherwise report that an account runs which does not. */
const isOwn = (name: string): boolean => name === 'wad_up' || name.startsWith('wad_gateway_');

/** Counts from its creation on. Nothing to close. */
export class GatewayMetrics {
  readonly #facts: () => GatewayFacts;
  readonly #startedAtMs = Date.now() - process.uptime() * 1_000;
  readonly #requests = new Map<string, Map<number, number>>();

  /** @param facts called for each page */
  constructor(facts: () => GatewayFacts) {
    this.#facts = facts;
  }

  /** Counts an answered request. @param token the name of the caller's token; null: none, or an unknown one */
  answered(token: string | null, status: number): void {
    const name = token ?? NO_TOKEN;
    const isNew = !this.#requests.has(name) && this.#requests.size >= MAX_TOKENS;
    const key = isNew ? OTHER_TOKENS : name;
    const counts = this.#requests.get(key) ?? new Map<number, number>();
    this.#requests.set(key, counts.set(status, (counts.get(status) ?? 0) + 1));
  }

  /**
   * The text of a scrape. An account whose metrics cannot be read has `wad_up` 0 and nothing else.
   * @param own true to include the gateway's own numbers, which name every token
   */
  async page(accounts: readonly Scraped[], { own }: { readonly own: boolean }): Promise<string> {
    const pages = await Promise.all(accounts.map(pageOf));
    const up = accounts.map(({ account }, n) => ({ [ACCOUNT]: account, value: pages[n] ? 1 : 0 }));
    const families = [family('wad_up', up), ...ofFleet(accounts), ...(own ? await this.#own() : [])];
    const ours: Families = new Map(families.map((one) => [one.name, one]));
    return writePage(merged([ours, ...pages.filter((page) => page !== null)]));
  }

  async #own(): Promise<Family[]> {
    const { accounts, connections } = this.#facts();
    const { user, system } = process.cpuUsage();
    const fds = await readdir('/proc/self/fd').catch(() => []);
    return [
      family('wad_gateway_accounts', [
        { running: 'true', value: accounts.running },
        { running: 'false', value: accounts.known - accounts.running },
      ]),
      family('wad_gateway_connections', [{ value: connections }]),
      family(
        'wad_gateway_requests_total',
        [...this.#requests].flatMap(([token, counts]) =>
          [...counts].map(([code, value]) => ({ token, code: String(code), value })),
        ),
      ),
      family('process_resident_memory_bytes', [{ value: process.memoryUsage.rss() }]),
      family('process_cpu_seconds_total', [{ value: (user + system) / 1e6 }]),
      family('process_start_time_seconds', [{ value: Math.round(this.#startedAtMs / 1_000) }]),
      family('process_open_fds', [{ value: fds.length }]),
    ];
  }
}

/** A sample: its labels and its value. */
type Sample = Readonly<Record<string, string | number>> & { readonly value: number };

const family = (name: GatewayMetric, samples: readonly Sample[]): Family => ({
  name,
  type: GATEWAY_METRICS[name].type,
  help: GATEWAY_METRICS[name].help,
  samples: samples.map(({ value, ...labels }) => sample(name, labels as Record<string, string>, value)),
});

/** What is seen of the accounts of a fleet; every caller may read it of his accounts. */
function ofFleet(accounts: readonly Scraped[]): Family[] {
  const seen = accounts.flatMap(({ account, standing }) => (standing ? [{ account, ...standing }] : []));
  const wanted = seen.filter(({ isWanted }) => isWanted);
  return [
    family(
      'wad_gateway_fleet_held',
      wanted.map(({ account, isHeld }) => ({ [ACCOUNT]: account, value: Number(isHeld) })),
    ),
    family(
      'wad_gateway_fleet_leases_lost_total',
      seen.map(({ account, lost }) => ({ [ACCOUNT]: account, value: lost })),
    ),
  ];
}

/** Null when the account does not run or does not answer. */
async function pageOf({ account, scrape }: Scraped): Promise<Families | null> {
  try {
    const text = await scrape?.(SCRAPE_MS);
    return text === undefined || text.length > MAX_PAGE_CHARS ? null : readPage(text, account, isOwn);
  } catch {
    // Stopped, hung, or older than the method: `wad_up` shows it, and the other accounts have their page.
    return null;
  }
}

/** One entry of Prometheus' HTTP service discovery. */
export interface Discovered {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * One target for each account: the gateway, asked for this account only. The label `account` is on the page.
 * @param host the address under which Prometheus reached the gateway, `gateway.example:3080`
 */
export const discovery = (
  accounts: readonly string[],
  { host, scheme }: { readonly host: string; readonly scheme: 'http' | 'https' },
): Discovered[] =>
  accounts.map((account) => ({
    targets: [host],
    labels: {
      __scheme__: scheme,
      __metrics_path__: '/metrics',
      __param_accounts: account,
      instance: `${host}/${account}`,
    },
  }));
