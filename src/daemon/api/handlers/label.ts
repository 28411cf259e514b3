// label.*: lists and changes labels, and puts them on chats.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { labelMethods } from '../../../protocol/methods/label.js';
import { parseRecipient } from '../../../protocol/wid.js';
import type { Account } from '../../account.js';
import { readyClient } from '../ready-client.js';

export function labelHandlers(account: Account): Handlers<typeof labelMethods> {
  const labels = () => readyClient(account).labels;
  return {
    'label.list': (part) => labels().list(part),
    'label.create': (of) => labels().create(of),
    'label.update': ({ label, ...changes }) => {
      if (changes.name === undefined && changes.color === undefined)
        throw new Fault('invalid_params', { reason: 'Name what to change: name, color.', hint: null });
      return labels().update(label, changes);
    },
    'label.delete': ({ label }) => labels().remove(label),
    'label.assign': ({ label, chat, assigned = true }) =>
      labels().assign(label, parseRecipient(chat), assigned),
  };
}
