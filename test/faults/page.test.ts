import { play } from './play.js';
import { PAGE } from './table.js';

play(PAGE);
