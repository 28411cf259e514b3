// Prints communities and their groups.
import type { Community, CommunityOutcome } from '../../protocol/methods/community.js';
import { bold, printable } from '../output.js';
import { table } from './table.js';
import { when } from './time.js';

type Brief = { readonly id: string; readonly name: string; readonly groups: number; readonly admin: boolean };

export const renderCommunities = (communities: readonly Brief[]): string =>
  table(
    ['NAME', 'COMMUNITY', 'GROUPS', 'STATE'],
    communities.map(({ name, id, groups, admin }) => [
      printable(name),
      id,
      String(groups),
      admin ? 'admin' : '',
    ]),
  );

export function renderCommunity({ id, name, description, createdAt, groups, complete }: Community): string {
  const head = [
    `${bold(printable(name))}  ${id}`,
    ...(description ? [`  ${printable(description)}`] : []),
    `  made ${when(createdAt)}`,
  ];
  const rows = table(
    ['NAME', 'GROUP', 'STATE'],
    groups.map((one) => [
      printable(one.name),
      one.id,
      [one.announcements && 'announcements', !one.member && 'not joined'].filter(Boolean).join(', '),
    ]),
  );
  const end = complete ? '' : '(WhatsApp did not answer: groups that are not joined may be missing)\n';
  return `${head.join('\n')}\n${rows}${end}`;
}

/** The outcome for each group, one a line. */
export const renderGroupOutcomes = (outcomes: readonly CommunityOutcome[]): string =>
  outcomes
    .map(({ group, done, reason }) => `${group}: ${done ? 'done' : printable(reason ?? '')}\n`)
    .join('');
