// Checks names and values of knobs from the command line and the tests.
import { nearest } from '../../src/protocol/nearest.js';
import { KNOBS, type Knob, type KnobName, type KnobSettings, type KnobValues } from './knobs.js';

/** An unknown knob or value. The message suggests the nearest one, if any. */
export class KnobError extends Error {
  override readonly name = 'KnobError';
}

/** Throws KnobError unless `name` is a knob. */
export function knobNamed(name: string): KnobName {
  if (Object.hasOwn(KNOBS, name)) return name as KnobName;
  throw new KnobError(`no knob "${name}"${guess(name, Object.keys(KNOBS))}`);
}

/** Checks a value for a knob; throws KnobError. */
export function checkKnob<K extends KnobName>(name: K, value: unknown): KnobValues[K] {
  const knob: Knob = KNOBS[knobNamed(name)];
  const refuse = (want: string): never => {
    throw new KnobError(`knob "${name}" accepts ${want}, not ${JSON.stringify(value)}`);
  };
  switch (knob.kind) {
    case 'ms':
    case 'count':
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) refuse('a whole number from 0');
      break;
    case 'flag':
      if (typeof value !== 'boolean') refuse('true or false');
      break;
    case 'text':
      if (typeof value !== 'string') refuse('a text');
      break;
    case 'names':
      if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) refuse('a list of names');
      break;
    case 'choice':
      if (typeof value !== 'string' || !knob.choices.includes(value)) {
        refuse(`one of ${knob.choices.join(', ')}${guess(String(value), knob.choices)}`);
      }
  }
  return value as KnobValues[K];
}

/** Parses `knob=value` arguments of a command line; throws KnobError. */
export function parseKnobs(words: readonly string[]): KnobSettings {
  const knobs: KnobSettings = {};
  for (const word of words) {
    const [name = '', ...rest] = word.split('=');
    const knob = knobNamed(name);
    Object.assign(knobs, { [knob]: checkKnob(knob, parseKnob(knob, rest.join('='))) });
  }
  return knobs;
}

/** Parses the value of a `knob=value` argument. */
export function parseKnob(name: string, word: string): unknown {
  const knob: Knob = KNOBS[knobNamed(name)];
  if (knob.kind === 'ms' || knob.kind === 'count') return /^\d+$/.test(word) ? Number(word) : word;
  if (knob.kind === 'flag') return word === 'true' ? true : word === 'false' ? false : word;
  if (knob.kind === 'names') return word === '' ? [] : word.split(',');
  return word;
}

/** Returns ` (did you mean "NAME"?)`, or an empty text when no name is near. */
export function guess(word: string, names: readonly string[]): string {
  const name = nearest(word, names);
  return name === null ? '' : ` (did you mean "${name}"?)`;
}
