import { play } from './play.js';
import { DISK } from './table.js';

play(DISK, { diskMb: 900 });
