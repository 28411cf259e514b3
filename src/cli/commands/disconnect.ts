// `wactl disconnect`: unlinks the phone and removes the session.
import { type Context, command } from '../command.js';

interface Gone {
  readonly message: string;
  readonly hadSession: boolean;
  readonly unlinked: boolean;
}

/** The answer of disconnect and clear-session; a link that may still stand is worth a warning. */
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
    'Asks no question, works in every state, and answers when the browser is gone and the session removed.\n' +
    'Where the phone could not be told, the exit status is 0 and a warning says so.',
  args: [],
  options: {},
  examples: [['wactl disconnect', 'unlink; `wactl init` starts afresh']],
  async run(context) {
    showGone(context, await context.ask('session.disconnect', {}, { writes: true }));
    return 0;
  },
});
