// The verbs of `wactl group` about joining: links, requests, and the picture of a group.
import { Fault } from '../../protocol/fault.js';
import type { Context } from '../command.js';
import { listing } from '../listing.js';
import { renderInvited, renderOutcomes, renderRequests } from '../render/group.js';
import { rest as more } from '../render/table.js';

interface Choices {
  readonly remove?: boolean;
  readonly limit?: string;
  readonly offset?: string;
}
type Verb = (context: Context, id: string, rest: readonly string[], options: Choices) => Promise<number>;

const WRITES = { writes: true } as const;
const SOME_FAILED = 1;

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason: `group ${reason}`, hint: 'wactl group --help' });
};
const alone = (action: string, rest: readonly string[]): void => {
  if (rest.length > 0) refuse(`${action} takes no more than one argument`);
};

const answer =
  (action: 'approve' | 'refuse'): Verb =>
  async ({ ask, show, output, warn }, group, rest) => {
    const asked = { group, action, ...(rest.length > 0 && { participants: [...rest] }) };
    const said = await ask('group.answer', asked, WRITES);
    const failed = said.results.filter(({ done }) => !done);
    const count = said.results.length - failed.length;
    show(said, () =>
      said.results.length === 0
        ? 'nobody waits\n'
        : `${action === 'approve' ? 'approved' : 'refused'}: ${count}\n`,
    );
    if (output === 'text' && failed.length > 0) warn(`it failed for:\n${renderOutcomes(failed).trimEnd()}`);
    return failed.length > 0 ? SOME_FAILED : 0;
  };

export const JOINING: Readonly<Record<string, Verb>> = {
  preview: async ({ ask, show }, invite, rest) => {
    alone('preview', rest);
    const found = await ask('group.preview', { invite });
    show(found, () => renderInvited(found));
    return 0;
  },
  join: async ({ ask, show }, invite, rest) => {
    alone('join', rest);
    const joined = await ask('group.join', { invite }, WRITES);
    show(joined, () =>
      joined.state === 'joined'
        ? `joined ${joined.group}\n`
        : `asked to join ${joined.group}; an admin must approve it\n`,
    );
    return 0;
  },
  requests: async ({ ask, show }, group, rest, options) => {
    alone('requests', rest);
    const part = listing({
      ...(options.limit !== undefined && { limit: options.limit }),
      ...(options.offset !== undefined && { offset: options.offset }),
    });
    const found = await ask('group.requests', { group, ...part });
    const { requests, total } = found;
    show(found, () =>
      total === 0
        ? 'nobody waits\n'
        : renderRequests(requests) + more(requests.length, part.offset ?? 0, total),
    );
    return 0;
  },
  approve: answer('approve'),
  refuse: answer('refuse'),
  picture: async (context, group, [file, ...others], { remove = false }) => {
    if (others.length > 0) refuse('picture takes one FILE');
    if ((file === undefined) !== remove) refuse('picture: give a FILE or --remove');
    const media =
      file === undefined
        ? null
        : (await (await import('../upload.js')).upload(context, file, 'group picture')).id;
    const done = await context.ask(
      'group.picture',
      media === null ? { group, remove: true } : { group, media },
      WRITES,
    );
    context.show(done, () => (done.picture ? 'the picture is set\n' : 'the picture is removed\n'));
    return 0;
  },
};
