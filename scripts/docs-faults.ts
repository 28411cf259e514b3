// Generates docs/faults.md: the table of faults, the exit statuses of wactl, and the faults of each method.
import { EXITS } from '../src/cli/exit.js';
import { COMMON_FAULTS } from '../src/dispatch/dispatch.js';
import { Fault } from '../src/protocol/fault.js';
import { FAULTS, type FaultKind, faultRow, type Retry } from '../src/protocol/fault-table.js';
import { GATEWAY_METHODS } from '../src/protocol/gateway/index.js';
import type { MethodRow } from '../src/protocol/method.js';
import { METHODS } from '../src/protocol/methods/index.js';
import { code, table } from './markdown.js';

const RETRIES: Readonly<Record<Retry, string>> = {
  now: 'at once',
  later: 'later',
  never: 'no: the same call fails again',
  ask_first: 'only after a check of what happened',
};

/** Codes are grouped in hundreds, one for each area. */
const AREAS: readonly (readonly [title: string, has: (code: number) => boolean])[] = [
  ['JSON-RPC', (code) => code < 0],
  ['The daemon and its socket', (code) => code >= 1000 && code < 1100],
  ['The session', (code) => code >= 1100 && code < 1200],
  ['Messages', (code) => code >= 1200 && code < 1300],
  ['Events', (code) => code >= 1300 && code < 1400],
  ['HTTP', (code) => code >= 1400 && code < 1500],
  ['The gateway and its tokens', (code) => code >= 1500 && code < 1600],
  ['Other areas', (code) => code >= 1600 && code < 1900],
  ['Raised by the client, never sent by the daemon', (code) => code >= 1900],
];

export function faultsPage(): string {
  const kinds = Object.keys(FAULTS) as FaultKind[];
  const example = new Fault('not_linked', { more: { account: 'default' } }).toWire();
  const parts = [
    `# Faults

Generated from \`src/protocol/fault-table.ts\` by \`npm run docs\`; do not edit. Every error of \`wad\` and \`wactl\` is one of
these. Programs should check \`data.kind\` (or the exit status of \`wactl\`), never a text: texts may change.

\`\`\`json
${JSON.stringify(example)}
\`\`\`

- \`kind\`: a name below. \`reason\`: what happened, in one sentence. \`hint\`: a command that helps, or null.
- \`retryable\`: the same call may work at once or later. \`retryAfterMs\`: when, if it is known.
- \`outcome\`: \`none\`, or \`unknown\` if the request may have been carried out after all.
- Further fields depend on the kind.`,
    '## Exit statuses of `wactl`',
    table(
      ['exit', 'when'],
      EXITS.map(([status, when]) => [String(status), when]),
    ),
    'An error whose `outcome` is `unknown` exits 6, whatever its kind.',
  ];
  for (const [title, has] of AREAS) {
    const members = kinds.filter((kind) => has(faultRow(kind).code));
    if (members.length > 0) parts.push(`## ${title}`, ...members.map(section));
  }
  return `${parts.join('\n\n')}\n`;
}

function section(kind: FaultKind): string {
  const { code: number, exit, wadExit, http, retry, says, remedy } = faultRow(kind);
  const rows: readonly MethodRow[] = [...Object.values(METHODS), ...Object.values(GATEWAY_METHODS)];
  const raisedBy = rows.filter(({ faults }) => faults.includes(kind));
  const by = COMMON_FAULTS.some((common) => common === kind)
    ? 'any method'
    : raisedBy.map(({ name }) => `[${code(name)}](rpc.md#${name.toLowerCase().replace('.', '')})`).join(', ');
  return [
    `### ${kind}`,
    `${says} Code ${number}, exit ${exit}, HTTP ${http}.${
      wadExit === 70 ? '' : ` \`wad\` ends with it as ${wadExit}.`
    } Try again: ${RETRIES[retry]}.${
      remedy === null ? '' : ` What helps: ${code(remedy)}.`
    }${by === '' ? '' : ` Raised by ${by}.`}`,
  ].join('\n\n');
}
