// A break of whatsapp-web.js by WhatsApp Web, as docs/drift.md lists it.
import type { Capability } from '../capabilities/needs.js';

export interface Break {
  /** Its number in docs/drift.md. */
  readonly id: string;
  readonly breaks: string;
  readonly since: string;
  readonly source: string;
  /** The capability that is lost without its repair. */
  readonly capability: Capability;
}
