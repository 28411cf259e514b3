// `wactl disconnect`: unlinks the phone and removes the session.
import { type Context, command } from '../command.js';

interface Gone {
  readonly message: string;
  readonly hadSession: boolean;
  readonly unlinked: boolean;
}

/** Prints the answer of disconnect and clear-session, with a warning if the phone may still be linked. */
export function showGone({ show, warn }: Pick<Context, 'show' | 'warn'>, answer: Gone): void {
  show(answer, () => `${answer.message}\n`);
  if (answer.hadSession && !answer.unlinked) {
    warn('the phone may still list this device. Unlink it there: WhatsApp > Linked devices');
  }
}

export const disconnect = command({
  name: 'disconnect',
  group: 'Account',
  does: 'unlink the phone and remove the saved session',
  notes:
    'Works in every state, without asking for confirmation, and returns when the browser has ended and the session is removed.\n' +
    'If the phone could not be notified, the exit status is 0, and a warning is printed.',
  args: [],
  options: {},
  examples: [['wactl disconnect', 'unlink; `wactl init` starts again']],
  async run(context) {
    showGone(context, await context.ask('session.disconnect', {}, { writes: true }));
    return 0;
  },
});
