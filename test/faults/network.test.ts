import { play } from './play.js';
import { NETWORK } from './table.js';

play(NETWORK);
