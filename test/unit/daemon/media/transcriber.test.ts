// Voice messages as text: what the program may do, which messages get a text, and that each gets one.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Feed } from '../../../../src/daemon/events/feed.js';
import { MAX_OUTPUT, runBounded } from '../../../../src/daemon/media/bounded-command.js';
import {
  openTranscriber,
  type RecordedMessage,
  type TranscriberOptions,
} from '../../../../src/daemon/media/transcriber.js';
import { Fault } from '../../../../src/protocol/fault.js';
import { openStore } from '../../../../src/store/open.js';
import { eventually } from '../../../harness/eventually.js';
import { madeUp } from '../../../harness/made-up-event.js';
import { scratch } from '../../store/scratch.js';

const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]),
) as never;
type Tap = { teardown(end: () => void): unknown };

/** A directory with a program, and a file for it. */
function program(t: Tap, script: string) {
  const directory = scratch(t);
  const path = join(directory, 'program');
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const file = join(directory, 'voice.ogg');
  writeFileSync(file, 'a sound');
  return { directory, path, file };
}

const run = (t: Tap, script: string, { seconds = 30, words = [] as string[] } = {}) => {
  const { path, file } = program(t, script);
  return runBounded({ command: [path, ...words], file, seconds, signal: new AbortController().signal });
};

t.test('a program gets the file, nothing of our environment, and is bounded', async (t) => {
  process.env.WAD_TEST_SECRET = 'secret';
  t.teardown(() => delete process.env.WAD_TEST_SECRET);
  t.match(await run(t, 'cat "$1"'), { ok: true, text: 'a sound' });
  t.match(await run(t, 'cat "$2"; echo "$#"', { words: ['-f', '{file}', '-x'] }), { text: 'a sound3' });
  t.match(await run(t, 'cat "$(echo "$1" | cut -c8-)"', { words: ['--file={file}'] }), { text: 'a sound' });
  const { text } = (await run(t, 'env')) as { text: string };
  const names = [...text.matchAll(/^(\w+)=/gm)].map(([, name = '']) => name);
  // The test runner adds its own to every program.
  t.same(names.filter((name) => !/^(_TAPJS_\w+|NODE_OPTIONS)$/.test(name)).sort(), [
    'HOME',
    'LANG',
    'PATH',
    'PWD',
  ]);
  t.match(await run(t, 'pwd; ulimit -c; ulimit -f; nice'), { text: /^\/\n0\n\d+\n\d+$/ });
  t.match(await run(t, 'echo oops >&2; exit 3'), { ok: false, kind: 'failed', reason: /status 3: oops/ });
  t.match(await run(t, `head -c ${MAX_OUTPUT + 1} /dev/zero; sleep 60`), { ok: false, kind: 'too_long' });
  const nowhere = {
    command: ['/nowhere/whisper'],
    file: '/',
    seconds: 5,
    signal: new AbortController().signal,
  };
  t.match(await runBounded(nowhere), { ok: false, kind: 'not_found' });
});

t.test('without a file descriptor left the program cannot be run, and the daemon goes on', async (t) => {
  const command = new URL('../../../../src/daemon/media/bounded-command.js', import.meta.url).href;
  const script = `
    const { openSync } = await import('node:fs');
    const { runBounded } = await import(${JSON.stringify(command)});
    try { for (;;) openSync('/dev/null'); } catch {}
    const { signal } = new AbortController();
    const ran = await runBounded({ command: ['/bin/true'], file: '/', seconds: 5, signal });
    process.exit(ran.ok === false && ran.kind === 'not_found' ? 0 : 9);`;
  const shell = 'ulimit -n 64 && exec "$0" --input-type=module -e "$1"';
  const child = spawn('/bin/sh', ['-c', shell, process.execPath, script], { stdio: 'ignore' });
  t.same(await once(child, 'exit'), [0, null]);
});

t.test('a slow program is killed with everything that it started', async (t) => {
  const { path, directory, file } = program(t, 'sleep 300 & echo $! > "$(dirname "$1")/child"; wait');
  const ran = await runBounded({ command: [path], file, seconds: 1, signal: new AbortController().signal });
  t.match(ran, { ok: false, kind: 'timed_out' });
  const child = Number(readFileSync(join(directory, 'child'), 'utf8'));
  const isGone = () => {
    try {
      // A zombie that waits for its parent has ended.
      return / Z /.test(readFileSync(`/proc/${child}/stat`, 'utf8'));
    } catch {
      return true;
    }
  };
  await eventually(isGone, 'the end of its child');
});

function journal(t: Tap, script: string, more: Partial<TranscriberOptions> = {}) {
  const { path, file, directory } = program(t, script);
  const store = openStore({ directory: scratch(t) });
  t.teardown(() => store.close());
  const feed = new Feed({ account: 'test', store, log });
  const voice = (n: number, data = {}) =>
    feed.append(
      'message',
      madeUp({
        ...{ key: `false_15550002222@c.us_3EB0${n}`, messageId: `3EB0${n}`, type: 'voice', hasMedia: true },
        ...{ fromMe: false, media: { mimetype: 'audio/ogg', size: 7, name: null }, ...data },
      }),
    );
  const open = () =>
    openTranscriber({
      config: { command: [path], kinds: ['voice'], timeoutSeconds: 30 },
      ...{ feed, store, log, delaysMs: [1] },
      fetcher: { fetch: async ({ id }) => ({ id, mimetype: 'audio/ogg', name: null, size: 7 }) },
      pathOf: () => file,
      ...more,
    });
  const transcripts = () =>
    feed.list({ after: 0, types: ['message.transcript'] }).events.map(({ data }) => {
      const { messageId, text, error } = data as {
        messageId: string;
        text: string | null;
        error: { kind: string } | null;
      };
      return [messageId, text ?? error?.kind];
    });
  const until = (count: number) =>
    eventually(() => transcripts().length >= count && transcripts(), 'transcripts');
  return { directory, store, feed, voice, open, transcripts, until };
}

t.test('received voice messages get a text, in order; others do not', async (t) => {
  const { voice, open, until } = journal(t, 'cat "$1"');
  const transcriber = await open();
  voice(0, { fromMe: true });
  voice(0, { type: 'audio' });
  voice(0, { hasMedia: false });
  voice(1);
  voice(2);
  t.same(await until(2), [
    ['3EB01', 'a sound'],
    ['3EB02', 'a sound'],
  ]);
  await transcriber.close();
});

t.test('any recorded message is transcribed on request, one after the other, and reported', async (t) => {
  const { feed, voice, open, until, transcripts, directory } = journal(
    t,
    'cd "$(dirname "$1")"; [ ! -e busy ] || echo both; touch busy; sleep 0.1; rm busy; cat "$1"',
    { now: () => Date.now() + 25 * 3_600_000 },
  );
  const transcriber = await open();
  for (const n of [1, 2]) voice(n, { fromMe: n === 2 });
  voice(3, { type: 'image' });
  await feed.settled();
  const { signal } = new AbortController();
  const [first, second, third] = feed.list({ after: 0, types: ['message'] })
    .events as never as RecordedMessage[];
  const ask = (message: RecordedMessage | undefined, by = signal) =>
    transcriber.transcribe(message as RecordedMessage, by);
  t.same(await Promise.all([ask(first), ask(second)]), [{ text: 'a sound' }, { text: 'a sound' }]);
  const both = [
    ['3EB01', 'a sound'],
    ['3EB02', 'a sound'],
  ];
  t.same(await until(2), both);
  t.match(await ask(third).catch((error) => error), { kind: 'no_such_media' });
  const many = Array.from({ length: 9 }, () => ask(first).catch(({ kind }) => kind));
  t.equal(await many.at(-1), 'busy');
  await Promise.all(many);
  t.equal(transcripts().length, 10);

  const gone = new AbortController();
  writeFileSync(join(directory, 'busy'), '');
  const lost = ask(first, gone.signal).catch(({ kind }) => kind);
  gone.abort(new Fault('interrupted'));
  t.equal(await lost, 'interrupted');
  const closing = ask(first).catch(({ kind }) => kind);
  await transcriber.close();
  t.equal(await closing, 'shutting_down');
  t.equal(transcripts().length, 10, 'nothing is reported for a caller who has gone');
});

t.test('a message that waited over a restart gets its text, and one only', async (t) => {
  const { directory, voice, open, until, transcripts } = journal(
    t,
    'echo x >> "$(dirname "$1")/runs"; [ -e "$(dirname "$1")/go" ] || sleep 300; echo done',
  );
  const runs = () => readFileSync(join(directory, 'runs'), 'utf8').trim().split('\n').length;
  const first = await open();
  voice(1);
  await eventually(() => {
    try {
      return runs() === 1;
    } catch {
      return false;
    }
  }, 'the first run');
  await first.close();
  t.same(transcripts(), [], 'the program was killed');
  writeFileSync(join(directory, 'go'), '');
  const second = await open();
  t.same(await until(1), [['3EB01', 'done']]);
  await second.close();
  const third = await open();
  voice(2);
  t.same(await until(2), [
    ['3EB01', 'done'],
    ['3EB02', 'done'],
  ]);
  await third.close();
  t.equal(runs(), 3);
});

t.test(
  'a message at which the daemon ended twice, a lost file and an old message are given up',
  async (t) => {
    let nowMs = Date.now();
    const answers = ['page_error', 'page_error', 'media_gone'];
    const { store, feed, voice, open, until, transcripts } = journal(t, 'echo said', {
      now: () => nowMs,
      fetcher: {
        fetch: async ({ id }) => {
          const kind = id === '3EB02' ? answers.shift() : undefined;
          if (kind !== undefined) throw new Fault(kind as 'internal');
          return { id, mimetype: 'audio/ogg', name: null, size: 7 };
        },
      },
    });
    await (await open()).close();
    voice(0);
    await feed.settled();
    for (const name of ['media:transcribing-1', 'media:transcribing-2']) await feed.ack(name, feed.last);
    voice(2);
    const transcriber = await open();
    t.same(await until(2), [
      ['3EB00', 'interrupted'],
      ['3EB02', 'no_file'],
    ]);
    nowMs += 25 * 3_600_000;
    voice(3);
    await feed.settled();
    await eventually(() => store.consumers.place('media:transcripts') === feed.last, 'the old message');
    t.equal(transcripts().length, 2, 'the old one is passed over');
    await transcriber.close();
  },
);

t.test('a message that is purged while the program runs leaves no text', async (t) => {
  const { directory, store, feed, voice, open, transcripts, until } = journal(
    t,
    'cd "$(dirname "$1")"; touch runs; until [ -e go ]; do sleep 0.05; done; echo said',
  );
  const transcriber = await open();
  for (const n of [1, 2, 3]) voice(n);
  await eventually(() => existsSync(join(directory, 'runs')), 'the program');
  const cursors = feed.list({ after: 0 }).events.map(({ cursor }) => cursor);
  store.purge.begin();
  store.writeNow((tx) => store.purge.drop(tx, 'events', cursors.slice(0, 2)));
  writeFileSync(join(directory, 'go'), '');
  t.same(await until(1), [['3EB03', 'said']]);
  await eventually(() => store.consumers.place('media:transcripts') === feed.last, 'its place');
  t.same(transcripts(), [['3EB03', 'said']]);
  await transcriber.close();
});
