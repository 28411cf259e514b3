import { play } from './play.js';
import { UPKEEP } from './table.js';

play(UPKEEP);
