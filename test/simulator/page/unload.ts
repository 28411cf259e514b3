/**
 * WAWebConfigureWindowEvents, 2026-04-27: while a message of ours has no ack, the page asks before it is
 * reloaded or closed (WAWebMsgCollection.hasUnsentMessages). Chromium shows the question once something has
 * acted in the document, which puppeteer's `evaluate` counts as, and waits for the answer.
 */
import { type Msg, Msgs } from './messages.js';

const isUnsent = (msg: Msg): boolean =>
  msg.ack === 0 && msg.id.fromMe && (msg as { local?: boolean }).local === true;

export function askBeforeUnload(): void {
  window.onbeforeunload = () => (Msgs.models.some(isUnsent) ? 'You are closing WhatsApp.' : undefined);
}
