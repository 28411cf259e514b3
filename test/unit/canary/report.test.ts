/** A finding decides sentence and exit status, and appears in each form of the report. */
import t from 'tap';
import { NO_BROWSER } from '../../../src/canary/index.js';
import {
  type DeepReport,
  deepMetrics,
  exitOfDeep,
  renderDeep,
  type StepReport,
  verdict,
  withChanges,
} from '../../../src/canary/report.js';

const step = (name: string, result: StepReport['result'], error: string | null = null): StepReport => ({
  ...{ step: name, capability: 'send.text', result, error, ms: 12 },
  modules: error === null ? [] : ['WAWebMsgKey'],
});

function report(found: Partial<DeepReport> = {}): DeepReport {
  const parts = { whatsappWeb: '2.3000.1', steps: [step('send text', 'works')], lost: {}, repairs: {} };
  const all = { ...parts, ...found };
  return {
    ...{
      wad: '0.1.0',
      browser: 'Chrome/150',
      unknownRequests: [],
      keptBack: [],
      problems: [],
      pageErrors: [],
    },
    ...{ changes: null, facts: null, ms: 1 },
    ...all,
    ...verdict(all),
  };
}

t.test('each kind of result has its exit status and its sentence', (t) => {
  for (const [found, exit, says] of [
    [report(), 0, /^ok +WhatsApp Web 2\.3000\.1: all 1 steps work$/m],
    [report({ repairs: { D1: 'patched', D2: 'native' } }), 0, /all 1 steps work, with the repairs D1$/m],
    [
      report({ steps: [step('send text', 'fails', 'r: r')] }),
      1,
      /^fail +WhatsApp Web 2\.3000\.1: send text does not work$/m,
    ],
    [report({ lost: { 'group.admin': 'missing: WAWebX.y' } }), 1, /: group\.admin is lost$/m],
    [report({ whatsappWeb: null }), 0, /of an unknown build/],
    [NO_BROWSER('there is no browser'), 69, /^The canary could not be run: there is no browser\n$/],
  ] as const) {
    t.equal(exitOfDeep(found), exit);
    t.match(renderDeep(found), says);
  }
  t.end();
});

t.test('a repair that the build before did not need is told, and does not hide a failure', (t) => {
  const changes = (...newRepairs: string[]) => ({ since: '2.3000.0', what: [], newRepairs });
  const works = report({ repairs: { 'D1 (send.text)': 'patched' } });
  const told = withChanges(works, changes('D1 (send.text)'));
  t.equal(exitOfDeep(told), 1);
  t.match(
    renderDeep(told),
    /^new {3}WhatsApp Web 2\.3000\.1: all 1 steps work, with a repair that 2\.3000\.0 did not need: D1 \(send\.text\)$/m,
  );
  t.match(withChanges(works, changes('D1', 'D2')).says, /with repairs that 2\.3000\.0 did not need: D1, D2$/);
  t.equal(exitOfDeep(withChanges(works, changes())), 0, 'the one before needed it, too');
  const failed = report({ lost: { 'group.admin': 'missing: WAWebX.y' } });
  t.match(
    renderDeep(withChanges(failed, changes('D1'))),
    /^fail {2}WhatsApp Web 2\.3000\.1: group\.admin is lost$/m,
  );
  t.end();
});

t.test('a failed step is shown with its error and the modules that the error does not name', (t) => {
  const text = renderDeep(
    report({
      steps: [
        step('send text', 'fails', 'r: r'),
        step('send image', 'untried', 'needs "send text"'),
        step('react', 'fails', 'WAWebMsgKey is gone'),
      ],
      unknownRequests: ['w:g2 set ack'],
      keptBack: ['POST web.whatsapp.com/ajax/bz'],
      problems: ['15550100002 cannot read 3EB0: no session'],
      pageErrors: [{ error: 't: t', modules: ['WAWebCmd'] }],
      changes: { since: '2.3000.0', what: ['react: works, now fails'], newRepairs: [] },
    }),
  );
  t.match(text, /^ {2}fail {2}send text +r: r \(WAWebMsgKey\)$/m);
  t.match(text, /^ {2}- {5}send image +needs "send text" \(WAWebMsgKey\)$/m);
  t.match(text, /^ {2}fail {2}react +WAWebMsgKey is gone$/m);
  t.match(text, /^ {2}not answered: w:g2 set ack$/m);
  t.match(text, /^ {2}kept back: POST web\.whatsapp\.com\/ajax\/bz$/m);
  t.match(text, /^ {2}server: 15550100002 cannot read/m);
  t.match(text, /^ {2}page error: t: t \(WAWebCmd\)$/m);
  t.match(text, /^ {2}since 2\.3000\.0:\n {4}react: works, now fails$/m);
  t.end();
});

t.test('what the page says neither ends a line nor reaches the terminal as a command', (t) => {
  const evil = 'e\u001b[2J\nok  all works\u009b1m\u202e';
  const shown = 'e\\u001b[2J\\nok  all works\\u009b1m\\u202e';
  const found = report({
    ...{ whatsappWeb: evil, repairs: { D1: evil }, lost: { 'send.text': evil } },
    steps: [step('send text', 'fails', evil)],
    ...{ unknownRequests: [evil], keptBack: [evil], problems: [evil] },
    pageErrors: [{ error: evil, modules: [evil] }],
    changes: { since: evil, what: [evil], newRepairs: [evil] },
  });
  for (const text of [renderDeep(found), renderDeep({ failed: true, says: evil })]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    t.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    t.notMatch(text, /^ok {2}all works/m);
    t.match(text, shown);
  }
  t.equal(renderDeep(found).split(shown).length - 1, 11, 'each of them is there');
  t.end();
});

t.test('metrics have one value a step, and none for what was not tried', (t) => {
  const steps = [step('send text', 'works'), step('react', 'fails', 'r'), step('edit', 'untried', 'x')];
  const text = deepMetrics(report({ steps, whatsappWeb: '2.3"000' }), 1_800_000_000_400);
  t.match(text, /^wad_canary_result 1$/m);
  t.match(text, /^wad_canary_run_timestamp_seconds 1800000000$/m);
  t.match(text, /^wad_canary_step\{step="send text"\} 1$/m);
  t.match(text, /^wad_canary_step\{step="react"\} 0$/m);
  t.notMatch(text, /edit/);
  t.match(text, /^wad_canary_build_info\{build="2\.3000"\} 1$/m);
  t.match(deepMetrics(NO_BROWSER('no'), 0), /^wad_canary_result 2$/m);
  t.notMatch(deepMetrics(NO_BROWSER('no'), 0), /wad_canary_step/);
  t.end();
});
