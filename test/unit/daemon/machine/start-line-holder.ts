// A process that takes the only place of a line, reports it, and keeps it.
import { StartLine } from '../../../../src/daemon/machine/start-line.js';
import { keepLines } from '../../log/lines.js';

const [directory = ''] = process.argv.slice(2);
const line = new StartLine({ directory, places: 1, heldMs: 60_000, log: keepLines() });
await line.enter(new AbortController().signal);
process.send?.('held');
