/** Somebody with WhatsApp: the two names, the keys, and what is shown of itself. */
import { Party } from '../signal/party.js';
import { jidOf, LIDS, NUMBERS } from './jid.js';
import { Profile } from './profile.js';

export interface PersonOptions {
  /** digits */
  readonly number: string;
  readonly pushname?: string;
  /** digits; by default derived from the number */
  readonly lid?: string;
}

const lidOf = (number: string): string => `9${number.padStart(14, '0')}`;

export class Person {
  readonly number: string;
  readonly lid: string;
  readonly pushname: string;
  /** of the phone */
  readonly party = new Party();
  readonly profile = new Profile();

  constructor({ number, pushname = number, lid = lidOf(number) }: PersonOptions) {
    this.number = number;
    this.lid = lid;
    this.pushname = pushname;
  }

  get jid(): string {
    return jidOf(this.number, NUMBERS);
  }
  get lidJid(): string {
    return jidOf(this.lid, LIDS);
  }
}
