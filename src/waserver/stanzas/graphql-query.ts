/** A stored query of GraphQL, and how it reads its variables. */
import type { Asker } from './request.js';

export class GraphqlError {
  constructor(
    readonly code: number,
    readonly message: string,
  ) {}
}
export const NOT_FOUND = new GraphqlError(404, 'not found');
export const FORBIDDEN = new GraphqlError(403, 'forbidden');

export type Variables = Readonly<Record<string, unknown>>;
export type Query = (asker: Asker, variables: Variables) => object | GraphqlError;
/** By the query's id. */
export type Queries = Readonly<Record<string, Query>>;

/** A text among the variables, or in one of them; empty if there is none. */
export function wordIn(variables: unknown, name: string): string {
  const value =
    typeof variables === 'object' && variables !== null ? Reflect.get(variables, name) : undefined;
  return typeof value === 'string' ? value : '';
}

export function listIn(variables: unknown, name: string): unknown[] {
  const value =
    typeof variables === 'object' && variables !== null ? Reflect.get(variables, name) : undefined;
  return Array.isArray(value) ? value : [];
}
