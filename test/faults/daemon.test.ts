import { play } from './play.js';
import { DAEMON } from './table.js';

play(DAEMON);
