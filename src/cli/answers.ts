// Prints what several accounts answer to one command, each under its name.
//
//   text    several lines: a block under the account's name; one line: after the name; entries of a stream: the same
//   json    {"accounts": [{account, result, error}]}
//   jsonl   {account, result, error} for each account; entries of a stream are {account, …}
import { Fault } from '../protocol/fault.js';
import { bold, complain, json, type Output, write } from './output.js';
import type { Sink } from './sink.js';

interface Answer {
  readonly account: string;
  result: unknown;
  error: object | null;
}

/** Collects what the accounts answer, and prints it in the order of their names. */
export class Answers {
  readonly #output: Output;
  readonly #width: number;
  readonly #texts = new Map<string, string>();
  readonly #answers = new Map<string, Answer>();
  readonly #waiting: Set<string>;
  readonly #ended = new Set<string>();
  #isFirst = true;
  #hasHeadings = false;

  constructor(names: readonly string[], output: Output) {
    this.#output = output;
    this.#width = Math.max(...names.map((name) => name.length), 'ACCOUNT'.length) + 2;
    this.#waiting = new Set(names);
  }

  /** @param inTurn its command prints on the terminal by itself */
  begin(account: string, inTurn: boolean): void {
    if (inTurn && this.#output === 'text') this.#heading(account);
  }

  sink(account: string): Sink {
    const output = this.#output;
    return {
      show: (result, text) => {
        if (output === 'text') this.#texts.set(account, text());
        else this.#answers.set(account, { account, result, error: null });
      },
      item: (entry, text, headings = '') => {
        if (output !== 'text') {
          write(1, json({ account, ...entry }, 'jsonl'));
          return;
        }
        if (!this.#hasHeadings && headings !== '') write(1, this.#named('ACCOUNT', headings));
        this.#hasHeadings = true;
        write(1, this.#named(account, text()));
      },
      note: (text) => write(2, `wactl: ${account}: ${text}\n`),
      complain: (fault) => {
        if (output === 'text') complain(named(fault, account), output);
        else this.#answers.set(account, { account, result: null, error: fault.toWire() });
      },
    };
  }

  end(account: string): void {
    this.#ended.add(account);
    for (const name of this.#waiting) {
      if (!this.#ended.has(name)) return;
      this.#waiting.delete(name);
      this.#print(name);
    }
  }

  /** Called when all have ended. */
  close(): void {
    if (this.#output === 'json' && this.#answers.size > 0)
      write(1, json({ accounts: [...this.#answers.values()].sort(byName) }, 'json'));
  }

  #print(account: string): void {
    const answer = this.#answers.get(account);
    if (answer !== undefined && this.#output === 'jsonl') write(1, json(answer, 'jsonl'));
    const text = this.#texts.get(account) ?? '';
    if (text === '') return;
    if (text.trimEnd().includes('\n')) {
      this.#heading(account);
      write(1, text);
    } else write(1, this.#named(account, text));
  }

  #heading(account: string): void {
    write(1, `${this.#isFirst ? '' : '\n'}${bold(account)}\n`);
    this.#isFirst = false;
  }

  /** Its lines, with the account before the first. */
  #named(account: string, text: string): string {
    const [first = '', ...more] = text.trimEnd().split('\n');
    return [
      account.padEnd(this.#width) + first,
      ...more.map((one) => ' '.repeat(this.#width) + one),
      '',
    ].join('\n');
  }
}

const byName = (a: Answer, b: Answer): number => (a.account < b.account ? -1 : 1);

const named = (fault: Fault, account: string): Fault =>
  new Fault(fault.kind, { ...fault.details, reason: `${account}: ${fault.message}` });
