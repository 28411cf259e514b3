import { play } from './play.js';
import { BROWSER } from './table.js';

play(BROWSER);
