/** D1: a message key has its whole text as `_serialized` again, wherever this build of the page keeps it. */
import t from 'tap';
import { messageKey } from '../../../../src/whatsapp/compat/d1-message-key.js';
import { pageHere, requireFrom, setWindow } from '../../../harness/fake-page.js';

const ME = { _serialized: '15550001111:7@c.us' };
interface Parts {
  readonly fromMe: boolean;
  readonly remote: { readonly _serialized: string };
  readonly id: string;
}
type Key = { _serialized?: string; readonly id: string };
type KeyClass = new (parts: Parts) => Key;

const whole = ({ fromMe, remote, id }: Parts): string => `${fromMe}_${remote._serialized}_${id}`;

class WithSerialized {
  readonly id: string;
  readonly _serialized: string;
  constructor(parts: Parts) {
    this.id = parts.id;
    this._serialized = whole(parts);
  }
}
/** A new class each time, because the repair patches its prototype. */
const minified = () =>
  class {
    readonly id: string;
    readonly zz: string;
    constructor(parts: Parts) {
      this.id = parts.id;
      this.zz = whole(parts);
    }
  };
class TextOnly {
  readonly id: string;
  readonly #text: string;
  constructor(parts: Parts) {
    this.id = parts.id;
    this.#text = whole(parts);
  }
  toString(): string {
    return this.#text;
  }
}
class Nothing {
  readonly id: string;
  constructor(parts: Parts) {
    this.id = parts.id;
  }
}
/** The property cannot be found again by the same name: each key has another one. */
class Changing {
  static count = 0;
  readonly id: string;
  constructor(parts: Parts) {
    this.id = parts.id;
    Changing.count += 1;
    Object.assign(this, { [`$${Changing.count}`]: whole(parts) });
  }
}

function apply(
  t: { teardown(undo: () => void): unknown },
  MsgKey: unknown,
  pn: unknown = ME,
  lid: unknown = null,
) {
  const prefs = { getMaybeMePnUser: () => pn, getMaybeMeLidUser: () => lid };
  setWindow(t, { require: requireFrom({ WAWebMsgKey: MsgKey, WAWebUserPrefsMeUser: prefs }) });
  return messageKey.apply(pageHere());
}
const chat = { _serialized: '15550002222@c.us' };
const keyOf = (MsgKey: unknown): Key => new (MsgKey as KeyClass)({ fromMe: true, remote: chat, id: 'X1' });

t.test('a build whose keys have it is left alone', async (t) => {
  const before = Object.getOwnPropertyNames(WithSerialized.prototype);
  t.equal(await apply(t, WithSerialized), 'native');
  t.same(Object.getOwnPropertyNames(WithSerialized.prototype), before);
});

for (const [name, MsgKey] of [
  ['under another name', minified()],
  ['only as text', TextOnly],
] as const)
  t.test(`a build that keeps it ${name} is patched, and a second time left alone`, async (t) => {
    t.equal(await apply(t, MsgKey), 'patched');
    t.equal(keyOf(MsgKey)._serialized, 'true_15550002222@c.us_X1');
    t.equal(await apply(t, MsgKey), 'native');
  });

t.test('without an account it is undecided, and nothing is patched; a LID is enough', async (t) => {
  const Fresh = minified();
  t.equal(await apply(t, Fresh, null), 'unlinked');
  t.equal(keyOf(Fresh)._serialized, undefined);
  t.equal(await apply(t, Fresh, null, { _serialized: '900@lid' }), 'patched');
});

t.test('a build without the text, or where the patch does not take, is reported as failed', async (t) => {
  t.match(await apply(t, Nothing), /^failed: no property/);
  t.match(await apply(t, Changing), /^failed: the getter/);
});
