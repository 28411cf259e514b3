// Describes the errors that a schema finds, in short words for a person and as data for a program. Values are
// never repeated: they may be long, and they may be a message's text.
import type { z } from 'zod';

/** One error. `path` is empty when it concerns the whole object. */
export interface Issue {
  readonly path: string;
  readonly problem: string;
}

/** The number of errors that are listed; the rest is counted. */
const MAX_LISTED = 10;
const MAX_KEY_CHARS = 64;

/**
 * @param value the checked value; only read, to distinguish "missing" from "of the wrong type"
 * @param at put in front of every path
 */
export function issuesOf(error: z.ZodError, value: unknown, at = ''): Issue[] {
  const issues = error.issues.flatMap((issue): Issue[] => {
    const path = pathOf(at, issue.path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: pathOf(at, [...issue.path, key]), problem: 'unknown key' }));
    }
    if (issue.code === 'invalid_type' && valueAt(value, issue.path) === undefined) {
      return [{ path, problem: `missing, expected ${issue.expected}` }];
    }
    return [{ path, problem: lowerFirst(issue.message) }];
  });
  if (issues.length <= MAX_LISTED) return issues;
  return [...issues.slice(0, MAX_LISTED), { path: '', problem: `and ${issues.length - MAX_LISTED} more` }];
}

/** All errors in one sentence. */
export const sentence = (method: string, issues: readonly Issue[]): string =>
  `${method}: ${issues.map(({ path, problem }) => (path ? `${path}: ${problem}` : problem)).join('; ')}`;

function pathOf(at: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((joined, step) => {
    if (typeof step === 'number') return `${joined}[${step}]`;
    const key = String(step);
    const short = key.length > MAX_KEY_CHARS ? `${key.slice(0, MAX_KEY_CHARS)}…` : key;
    return joined ? `${joined}.${short}` : short;
  }, at);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
        ? (inner as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}

/** zod says "Invalid input: expected string, received number"; the part before the colon adds nothing. */
const lowerFirst = (message: string): string => {
  const short = message.replace(/^Invalid (?:input|option): /, '');
  return short.charAt(0).toLowerCase() + short.slice(1);
};
