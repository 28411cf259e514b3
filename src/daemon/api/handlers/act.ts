// Acts on a message. The page is asked at once, not queued; a time-out leaves the outcome unknown.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { METHODS } from '../../../protocol/methods/index.js';
import type { PIN_TIMES } from '../../../protocol/methods/message-act.js';
import { isChannelId, isPostId, type MessageRef, parseRecipient } from '../../../protocol/wid.js';
import type { Store } from '../../../store/store.js';
import type { Account } from '../../account.js';
import { namedMessage } from '../../incoming/message-lookup.js';
import { readyClient } from '../ready-client.js';

type ActHandlers = Pick<
  Handlers<typeof METHODS>,
  | 'message.react'
  | 'message.edit'
  | 'message.delete'
  | 'message.forward'
  | 'message.star'
  | 'message.vote'
  | 'message.poll'
  | 'message.attend'
  | 'message.attendance'
  | 'message.pin'
  | 'message.keep'
  | 'message.info'
>;

const DAY_S = 86_400;
const PIN_S: Readonly<Record<(typeof PIN_TIMES)[number], number>> = {
  '24h': DAY_S,
  '7d': 7 * DAY_S,
  '30d': 30 * DAY_S,
};

export function actHandlers(account: Account, store: Store): ActHandlers {
  const acts = () => readyClient(account).acts;
  /**
   * @param allows whether this may be done to a post of ours in this place
   * @throws Fault ambiguous_message; not_allowed for another post of ours, which WhatsApp Web changes
   * in ways not supported here
   */
  const named = (id: string, allows: (remote: string) => boolean = () => false): MessageRef => {
    const { ref } = namedMessage(store, id);
    if (ref.place?.fromMe && isPostId(ref.place.remote) && !allows(ref.place.remote))
      throw new Fault('not_allowed', {
        reason: 'A status, or a message in a channel, stays as it was posted.',
      });
    return ref;
  };
  return {
    'message.react': async ({ id, emoji }) => ({
      ...(await acts().react(named(id, isChannelId), emoji)),
      emoji,
    }),
    'message.edit': async ({ id, text }) => ({ ...(await acts().edit(named(id), text)), text }),
    'message.delete': async ({ id, for: whom = 'all' }) => ({
      ...(await acts().remove(named(id, whom === 'all' ? isPostId : undefined), whom === 'all')),
      for: whom,
    }),
    'message.forward': ({ id, to }) => acts().forward(named(id), parseRecipient(to)),
    'message.vote': ({ id, options }) => acts().vote(named(id), options),
    'message.poll': ({ id }) => acts().poll(named(id)),
    'message.attend': async ({ id, answer }) => ({ ...(await acts().attend(named(id), answer)), answer }),
    'message.attendance': ({ id }) => acts().attendance(named(id)),
    'message.pin': async ({ id, pinned = true, for: time = '7d' }) => {
      const done = await acts().pin(named(id), pinned ? PIN_S[time] : null);
      const until = pinned ? new Date(Date.now() + PIN_S[time] * 1_000).toISOString() : null;
      return { ...done, pinned, until };
    },
    'message.keep': async ({ id, kept = true }) => ({ ...(await acts().keep(named(id), kept)), kept }),
    'message.info': ({ id }) => acts().info(named(id)),
    'message.star': async ({ id, starred = true }) => ({
      ...(await acts().star(named(id), starred)),
      starred,
    }),
  };
}
