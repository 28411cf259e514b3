// Every command, in the order of the help. What is not in index.ts needs more than a call and a print.
import type { Command } from '../command.js';
import { completion } from './completion.js';
import { doctor } from './doctor.js';
import { SIMPLE } from './index.js';
import { logs } from './logs.js';
import { outbox } from './outbox.js';
import { qr } from './qr.js';
import { version } from './version.js';

export const COMMANDS: readonly Command[] = [...SIMPLE, outbox, qr, doctor, logs, completion, version];
