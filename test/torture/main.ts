// scripts/torture as a program: reads its numbers, runs, prints what came of it. Exit 0 when all was well, 1 when not.
import { parseArgs } from 'node:util';
import { torture } from './torture.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kills: { type: 'string', default: '200' },
    messages: { type: 'string', default: '1000' },
    clients: { type: 'string', default: '8' },
    contacts: { type: 'string', default: '4' },
    generation: { type: 'string', default: '2026-07' },
  },
});
const say = (text: string) => console.log(`${new Date().toISOString()}  ${text}`);
say(`seed ${values.seed}`);
const { wrong, kills, repeated, tookMs } = await torture({
  seed: Number(values.seed),
  kills: Number(values.kills),
  messages: Number(values.messages),
  clients: Number(values.clients),
  contacts: Number(values.contacts),
  generation: values.generation as '2026-07',
  say,
});
for (const one of wrong) say(`WRONG: ${one}`);
say(`${JSON.stringify(kills)}, ${repeated} crossed the wire more than once, ${Math.round(tookMs / 1000)} s`);
say(wrong.length === 0 ? 'each once, in order' : `${wrong.length} wrong`);
process.exit(wrong.length === 0 ? 0 : 1);
