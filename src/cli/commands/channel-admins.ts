// The verbs of `wactl channel` about its admins, and its picture.
import { Fault } from '../../protocol/fault.js';
import type { Context } from '../command.js';
import { isAgreed } from '../confirm.js';
import { renderAdmins, renderChannel } from '../render/channel.js';

/** @param more a person, or a file */
type Verb = (
  context: Context,
  channel: string,
  more: string | undefined,
  options: { readonly remove?: boolean; readonly yes?: boolean },
) => Promise<number>;

const WRITES = { writes: true } as const;

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason: `channel ${reason}`, hint: 'wactl channel --help' });
};
const alone = (action: string, more: string | undefined): void => {
  if (more !== undefined) refuse(`${action} takes no more than CHANNEL`);
};
const required = (action: string, more: string | undefined): string =>
  more ?? refuse(`${action}: PERSON is missing`);

const agreed = (action: string, yes: boolean | undefined, question: string): Promise<boolean> =>
  isAgreed({
    yes: yes === true,
    refuse: (reason) => refuse(`${action}: ${reason}`),
    question: async () => question,
  });
const unchanged = (warn: (text: string) => void): number => {
  warn('nothing was changed');
  return 1;
};

export const ADMINS: Readonly<Record<string, Verb>> = {
  admins: async ({ ask, show }, channel, more) => {
    alone('admins', more);
    const answer = await ask('channel.admins', { channel });
    show(answer, () => renderAdmins(answer));
    return 0;
  },
  withdraw: async ({ ask, show }, channel, more) => {
    const contact = required('withdraw', more);
    const answer = await ask('channel.revokeInvite', { channel, contact }, WRITES);
    show(answer, () => (answer.revoked ? 'the invitation is withdrawn\n' : 'there was no invitation\n'));
    return 0;
  },
  accept: async ({ ask, show }, channel, more) => {
    alone('accept', more);
    const answer = await ask('channel.acceptInvite', { channel }, WRITES);
    show(answer, () => renderChannel(answer));
    return 0;
  },
  dismiss: async ({ ask, show, warn }, channel, more, { yes }) => {
    const contact = required('dismiss', more);
    if (!(await agreed('dismiss', yes, `Dismiss ${contact} as an admin?`))) return unchanged(warn);
    const answer = await ask('channel.removeAdmin', { channel, contact }, WRITES);
    show(answer, () => (answer.removed ? 'no longer an admin\n' : 'this person was not an admin\n'));
    return 0;
  },
  resign: async ({ ask, show, warn }, channel, more, { yes }) => {
    alone('resign', more);
    if (!(await agreed('resign', yes, 'Stop being an admin? Only the owner can undo it.')))
      return unchanged(warn);
    const answer = await ask('channel.removeAdmin', { channel }, WRITES);
    show(answer, () => (answer.removed ? 'no longer an admin\n' : 'this account was not an admin\n'));
    return 0;
  },
  picture: async (context, channel, path, { remove = false }) => {
    const { ask, show } = context;
    if (remove) {
      alone('picture --remove', path);
      const removed = await ask('channel.picture', { channel, remove }, WRITES);
      show(removed, () => 'the picture is removed\n');
      return 0;
    }
    if (path === undefined) return refuse('picture: FILE is missing');
    const { upload } = await import('../upload.js');
    const { id } = await upload(context, path, 'channel');
    const answer = await ask('channel.picture', { channel, media: id }, WRITES);
    show(answer, () => 'the picture is set\n');
    return 0;
  },
};
