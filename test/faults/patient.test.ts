import { play } from './play.js';
import { PATIENT } from './table.js';

play(PATIENT);
