// Formats a person or a group: the name, if known, and the number or id that commands accept.
import { chat as address } from './phone.js';

export interface Identified {
  readonly id: string;
  readonly phone: string | null;
  readonly lid: string | null;
  readonly name: string;
  /** False when the person chose the name, not the owner of the account. */
  readonly saved?: boolean;
}

/** Such names are not shown, because a stranger can choose another person's number as a name. */
const READS_LIKE_A_NUMBER = /^[+\d\s().-]+$/;

export class Names {
  static readonly NONE = new Names([]);
  readonly #byId = new Map<string, Identified>();

  constructor(known: readonly Identified[]) {
    for (const one of known) {
      // Without a name, WhatsApp Web gives the number.
      if (one.name === '' || one.name === one.id || READS_LIKE_A_NUMBER.test(one.name)) continue;
      for (const id of [one.id, one.lid, one.phone && `${one.phone}@c.us`])
        if (id && !this.#byId.has(id)) this.#byId.set(id, one);
    }
  }

  /** `Ana` for a saved name, `~Ana (+1 555 000 2222)` for a name that the person chose, else the number or id. */
  short = (id: string): string => {
    const one = this.#byId.get(id);
    return one === undefined || one.saved === false ? this.full(id) : one.name;
  };

  /** `Ana (+1 555 000 2222)`, with `~` before a name that the person chose; without a name only the number or id. */
  full = (id: string): string => {
    const one = this.#byId.get(id);
    return one === undefined
      ? address(id)
      : `${one.saved === false ? '~' : ''}${one.name} (${one.phone ? address(`${one.phone}@c.us`) : one.id})`;
  };
}
