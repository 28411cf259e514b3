// Parses a recipient that must be a person.
import { Fault } from '../../protocol/fault.js';
import { type ChatId, isGroupId, parseRecipient } from '../../protocol/wid.js';

/** @throws Fault invalid_recipient for a group as well */
export function parsePerson(text: string): ChatId {
  const id = parseRecipient(text);
  if (isGroupId(id))
    throw new Fault('invalid_recipient', { reason: `${id} is a group, not a person.`, hint: null });
  return id;
}
