// Replaces string-width in the bundle (scripts/bundle.mjs), because our help text is ASCII.
import { stripVTControlCharacters } from 'node:util';

export default (text: string): number => stripVTControlCharacters(text).length;
