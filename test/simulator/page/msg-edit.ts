/**
 * Decides which part of a message can be edited, by whom and for how long (WAWebMessageEditUtils,
 * WAWebMsgActionCapability).
 */
import type { Msg } from './messages.js';

/** Seconds during which an edit is accepted. */
const WINDOW_S = 1_200;

/** WAWebMessageEditUtils.getMsgEditType */
export function editedPart({ type }: Msg): 'body' | 'caption' | null {
  if (type === 'chat') return 'body';
  return ['image', 'video', 'document'].includes(type) ? 'caption' : null;
}

const isEditable = (msg: Msg): boolean =>
  msg.id.fromMe && !msg.isForwarded && Date.now() / 1000 < msg.t + WINDOW_S;

export const canEditText = (msg: Msg): boolean => editedPart(msg) === 'body' && isEditable(msg);
/** A file that was sent without a caption cannot get one. */
export const canEditCaption = (msg: Msg): boolean =>
  editedPart(msg) === 'caption' && Boolean(msg.caption) && isEditable(msg);
