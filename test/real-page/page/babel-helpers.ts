/** The global `babelHelpers` that the compiled modules call. Only the members that some module uses. */

interface Member {
  readonly key: string;
  readonly value?: unknown;
}
type Class = (new (...args: never[]) => unknown) & { prototype: object };

function inheritsLoose(child: Class & { __superConstructor__?: unknown }, parent: Class): Class {
  Object.assign(child, parent);
  child.prototype = Object.create(parent?.prototype ?? null);
  (child.prototype as { constructor: unknown }).constructor = child;
  child.__superConstructor__ = parent;
  Object.setPrototypeOf(child, parent);
  return parent;
}

function assertThisInitialized(self: unknown): unknown {
  if (self === undefined) throw new ReferenceError('super() has not been called');
  return self;
}

function objectWithoutPropertiesLoose(source: object | null, left: readonly string[]): object {
  return Object.fromEntries(Object.entries(source ?? {}).filter(([key]) => !left.includes(key)));
}

function taggedTemplateLiteralLoose(strings: string[] & { raw?: string[] }, raw?: string[]): string[] {
  strings.raw = raw ?? [...strings];
  return strings;
}

/** A class that can extend a built-in one, such as Error. */
function wrapNativeSuper(native: Class): unknown {
  function Wrapped(this: object, ...args: never[]): unknown {
    return Reflect.construct(native, args, Object.getPrototypeOf(this).constructor);
  }
  Wrapped.prototype = Object.create(native.prototype, {
    constructor: { value: Wrapped, writable: true, configurable: true },
  });
  return Object.setPrototypeOf(Wrapped, native);
}

function createClass(of: Class, members?: readonly Member[], statics?: readonly Member[]): Class {
  for (const [target, all] of [
    [of.prototype, members],
    [of, statics],
  ] as const)
    for (const member of all ?? []) {
      const writable = 'value' in member ? { writable: true } : {};
      Object.defineProperty(target, member.key, { configurable: true, ...writable, ...member });
    }
  return of;
}

export const BABEL_HELPERS = {
  extends: Object.assign,
  inheritsLoose,
  assertThisInitialized,
  objectWithoutPropertiesLoose,
  taggedTemplateLiteralLoose,
  wrapNativeSuper,
  createClass,
  construct: (of: Class, args: never[], target?: Class) => Reflect.construct(of, args, target ?? of),
  arrayLikeToArray: (list: ArrayLike<unknown>, length = list.length) => Array.from(list).slice(0, length),
  asyncIterator: (of: AsyncIterable<unknown> & Iterable<unknown>) =>
    of[Symbol.asyncIterator]?.() ?? of[Symbol.iterator](),
};
