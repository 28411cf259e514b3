import { Fault } from '../../protocol/fault.js';
import type { Handlers } from '../../protocol/method.js';
import type { METHODS } from '../../protocol/methods/index.js';
import type { Outgoing } from '../../protocol/schema.js';
import { type ChatId, parseRecipient } from '../../protocol/wid.js';
import { reasonOf, type State } from '../../session/state.js';
import type { Account } from '../account.js';
import { limited } from '../time-limit.js';
import { refuseWhenEnding } from './session.js';

type MessageHandlers = Pick<Handlers<typeof METHODS>, 'message.send' | 'message.get' | 'message.wait'>;

/** An accept waits so long for WhatsApp's word on a number, and no longer. */
const RESOLVE_MS = 2_000;

/** Until accepted messages are kept on disk, only a ready account accepts them. @throws Fault */
function refuseUnlessReady(
  state: State,
  capabilities: Readonly<Record<string, string>>,
  hint: string | null,
): void {
  refuseWhenEnding(state);
  const reason = `The account is ${state.name} (${reasonOf(state)}).`;
  if (reasonOf(state) === 'banned') throw new Fault('banned', { hint });
  if (state.name === 'linking' || state.session === null)
    throw new Fault('not_linked', { reason, ...(hint && { hint }) });
  if (state.name !== 'ready') throw new Fault('not_ready', { reason });
  const sendText = capabilities['send.text'] ?? 'ok';
  if (sendText.startsWith('missing'))
    throw new Fault('unsupported_now', { reason: `send.text is ${sendText}` });
}

export function messageHandlers(account: Account): MessageHandlers {
  const { actor, outbox } = account;
  return {
    'message.send': async ({ to, text, key }, { signal }) => {
      const recipient = parseRecipient(to);
      refuseUnlessReady(actor.state, account.capabilities, account.hint);
      const earlier = key === undefined ? null : outbox.earlier(key, recipient, text);
      if (earlier === null) {
        const chatId = await resolve(recipient, signal);
        if (chatId === null)
          throw new Fault('not_on_whatsapp', {
            reason: `${recipient.replace(/@.*/, '')} is not on WhatsApp.`,
          });
        refuseUnlessReady(actor.state, account.capabilities, account.hint);
        return brief(outbox.accept(recipient, chatId, text, key ?? null));
      }
      return brief(earlier);
    },

    'message.get': ({ id }) => outbox.get(id),

    'message.wait': ({ id, for: goal = 'sent', timeoutMs }, { signal }) =>
      limited(timeoutMs, [signal], (bound) => outbox.wait(id, goal, { signal: bound })),
  };

  /** The chat to send to, or null when WhatsApp says in time that there is none. */
  async function resolve(recipient: ChatId, signal: AbortSignal): Promise<ChatId | null> {
    try {
      return await limited(RESOLVE_MS, [signal], (bound) => account.slot.client.resolve(recipient, bound));
    } catch {
      // Not known by now; the page finds out when it is this message's turn.
      return recipient;
    }
  }
}

const brief = ({ id, messageId, state }: Outgoing) => ({ id, messageId, state });
