/** Runs the terminal samples of README.md and docs/commands.md, and compares the output; ids and times are masked. */
import { readFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

interface Sample {
  readonly line: string;
  readonly prints: string;
  readonly exit: number;
}

/** Tested elsewhere: scripts/up itself checks the lines of its trial. */
const ELSEWHERE = [/^wactl qr --timeout/, /^wactl events --follow/, /^wactl (accounts|token|gateway|fleet)/];
/** Unlinks the account. */
const UNLINKS = /^wactl disconnect/;
/** Run by an account without a phone. */
const UNLINKED = [/^wactl send \+15550002222 x/, /^wactl -o json send/];

/** Returns each `$ wactl …` of a block, with the lines below it. */
function samplesIn(page: string): Sample[] {
  const blocks = [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, kind, block = '']) =>
    kind === '' ? block : [],
  );
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .filter((part) => part.startsWith('wactl '))
      .map((part) => {
        const [line = '', ...below] = part.trimEnd().split('\n');
        const text = below.join('\n');
        const [, exit = '0'] = /\(exit (\d+)\)/.exec(text) ?? [];
        return { line, prints: text.replace(/ *\(exit \d+\)/, ''), exit: Number(exit) };
      })
      .filter(({ prints }) => prints !== ''),
  );
}

/** Splits a line into words, with quotes as in a shell. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '').slice(1);

/** Masks everything that differs between runs: ids, times, versions, column widths, line breaks. */
const masked = (text: string): string =>
  text
    .replace(/\b(true|false)_(\d+)@c\.us_[0-9A-F]+/g, '$1_$2@c.us_ID')
    // What was sent may have been delivered before the answer.
    .replace(/\bdelivered(?= m-)/g, 'sent')
    .replace(/\bm-[0-9a-f]{20}\b/g, 'm-ID')
    .replace(/\b[0-9A-F]{10,}\b/g, 'ID')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?/g, 'TIME')
    .replace(/(\d+ min )?\d+ s\b/g, 'AGO')
    .replace(/Chrome \d+|2\.3000\.\d+/g, 'VERSION')
    .replace(/wactl( -a \w+)?( --socket \S+)?(?= )/g, 'wactl')
    .replace(/\s+/g, '');

t.test('README.md and docs/commands.md show what the program prints', async (t) => {
  const pages = await Promise.all(
    ['README.md', 'docs/commands.md'].map((name) =>
      readFile(new URL(`../../../${name}`, import.meta.url), 'utf8'),
    ),
  );
  const samples = pages.flatMap(samplesIn).filter(({ line }) => !ELSEWHERE.some((one) => one.test(line)));
  t.ok(samples.length >= 10, `${samples.length} samples`);

  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111', pushname: 'You' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start({ args: ['--account', 'trial'] });
  await wad.link(phone);
  for (const text of ['hi', 'hello']) await ana.send(text);
  await wad.event('message', ({ body }) => body === 'hello');
  /** Incoming messages are listed before anything is sent; the account is unlinked near the end. */
  const turn = ({ line }: Sample): number => {
    if (UNLINKED.some((one) => one.test(line))) return 3;
    if (UNLINKS.test(line)) return 2;
    return /^wactl (chats|messages|search) /.test(line) ? 0 : 1;
  };
  for (const sample of samples.toSorted((a, b) => turn(a) - turn(b))) await shown(t, wad, sample);
});

async function shown(t: Test, wad: Wad, { line, prints, exit }: Sample): Promise<void> {
  const { messages } = await wad
    .request('chat.messages', { chat: '15550002222@c.us', limit: 1 })
    .catch(() => ({
      messages: [],
    }));
  // The key in the page belongs to another message, and its dates may be in the past, so both are replaced.
  const now = line
    .replace(/false_15550002222@c\.us_[0-9A-F]+/, messages[0]?.key ?? '')
    .replaceAll(/2026-12-01T/g, '2099-12-01T');
  const end = await wad.wactl(wordsOf(now));
  t.equal(end.code, exit, `${line}: ${end.stderr}`);
  t.equal(masked(exit === 0 ? end.stdout : end.stdout + end.stderr), masked(prints), line);
}
