// What the forwarder's answer to a CONNECT says about the proxy. A table of proxy-chain's statuses (its statuses.ts,
// 3.0.1) and of the texts of `socks` 2.8, which it hands on with its general status 599.
import type { ProxyCause } from '../protocol/proxy.js';

export interface Answer {
  readonly status: number;
  /** The reason phrase: an error code, or the text of an error. */
  readonly phrase: string;
}

interface Row {
  readonly status?: number;
  readonly phrase?: RegExp;
  readonly cause: ProxyCause;
}

/** The first row that fits counts. */
const ROWS: readonly Row[] = [
  { status: 597, cause: 'password_refused' },
  { phrase: /authentication|no accepted authentication type/i, cause: 'password_refused' },
  { status: 593, cause: 'not_resolved' },
  { phrase: /ENOTFOUND|EAI_/, cause: 'not_resolved' },
  { status: 590, cause: 'no_way_on' },
  { phrase: /rejected connection/, cause: 'no_way_on' },
  { phrase: /HPE_|invalid Socks5|Invalid SOCKS|Parse Error/i, cause: 'not_a_proxy' },
];

/** Null: the proxy connected us. A proxy that cannot be reached is the rest: refused, reset, without an answer. */
export function causeOf({ status, phrase }: Answer): ProxyCause | null {
  if (status === 200) return null;
  const row = ROWS.find(
    (one) => (one.status ?? status) === status && (one.phrase === undefined || one.phrase.test(phrase)),
  );
  return row?.cause ?? 'unreachable';
}
