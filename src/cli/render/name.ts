// Prints a person or a group: the name where it is known, and the number or id that a command takes.
import { chat as address } from './phone.js';

export interface Identified {
  readonly id: string;
  readonly phone: string | null;
  readonly lid: string | null;
  readonly name: string;
  /** False: the name is what the person calls themselves. */
  readonly saved?: boolean;
}

/** A stranger can call themselves by somebody else's number. */
const READS_LIKE_A_NUMBER = /^[+\d\s().-]+$/;

export class Names {
  /** Nobody is known by name. */
  static readonly NONE = new Names([]);
  readonly #byId = new Map<string, Identified>();

  constructor(known: readonly Identified[]) {
    for (const one of known) {
      // WhatsApp Web gives the number where it has no name.
      if (one.name === '' || one.name === one.id || READS_LIKE_A_NUMBER.test(one.name)) continue;
      for (const id of [one.id, one.lid, one.phone && `${one.phone}@c.us`])
        if (id && !this.#byId.has(id)) this.#byId.set(id, one);
    }
  }

  /** `Ana` where that is a name of our own choice, `~Ana (+1 555 000 2222)` where it is theirs, else the number or id. */
  short = (id: string): string => {
    const one = this.#byId.get(id);
    return one === undefined || one.saved === false ? this.full(id) : one.name;
  };

  /** `Ana (+1 555 000 2222)`, with `~` before a name that the person chose; else the number or id alone. */
  full = (id: string): string => {
    const one = this.#byId.get(id);
    return one === undefined
      ? address(id)
      : `${one.saved === false ? '~' : ''}${one.name} (${one.phone ? address(`${one.phone}@c.us`) : one.id})`;
  };
}
