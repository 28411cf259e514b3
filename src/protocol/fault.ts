// A Fault is thrown across rooms and over the socket. Programs switch on `kind`; texts may change.
import { type Address, addressed } from './address.js';
import { type FaultKind, faultRow, isFaultKind } from './fault-table.js';

/** Whether the requested action may have happened despite the error. */
export type Outcome = 'none' | 'unknown';

export interface FaultDetails {
  /** Why, in one sentence for a person; the table's own text when left out. */
  readonly reason?: string | undefined;
  /** A command that helps; the table's remedy when left out. */
  readonly hint?: string | null | undefined;
  readonly outcome?: Outcome | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Further data for programs (ids, limits); no secrets, no stack traces. */
  readonly more?: Readonly<Record<string, unknown>> | undefined;
  /** The original error; stays in this process. */
  readonly cause?: unknown;
}

/** The error object of JSON-RPC 2.0 as we fill it. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data: {
    readonly kind: FaultKind;
    readonly reason: string;
    readonly hint: string | null;
    readonly retryable: boolean;
    readonly outcome: Outcome;
    readonly retryAfterMs?: number;
    readonly [more: string]: unknown;
  };
}

/** The one error type of the product. Thrown, never returned. */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly details: FaultDetails;

  constructor(kind: FaultKind, details: FaultDetails = {}) {
    super(
      details.reason ?? faultRow(kind).says,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'Fault';
    this.kind = kind;
    this.details = details;
  }

  get hint(): string | null {
    return this.details.hint === undefined ? faultRow(this.kind).remedy : this.details.hint;
  }

  /**
   * The same with a hint that names the daemon. Every fault leaves the daemon, and the client, in this form.
   */
  addressedTo(to: Address): Fault {
    const { hint } = this;
    const named = hint === null ? null : addressed(hint, to);
    return named === hint ? this : new Fault(this.kind, { ...this.details, hint: named });
  }

  toWire(): WireError {
    const { code, retry, says } = faultRow(this.kind);
    const { outcome, retryAfterMs, more } = this.details;
    return {
      code,
      message: says,
      data: {
        ...more,
        kind: this.kind,
        reason: this.message,
        hint: this.hint,
        retryable: retry === 'now' || retry === 'later',
        outcome: outcome ?? 'none',
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      },
    };
  }

  /** Reads an error object that came over the wire; an unknown kind (a newer daemon) becomes `internal`. */
  static fromWire(error: { code?: unknown; message?: unknown; data?: unknown }): Fault {
    const data =
      typeof error.data === 'object' && error.data !== null ? (error.data as Record<string, unknown>) : {};
    const { kind, reason, hint, outcome, retryAfterMs, retryable: _, ...more } = data;
    return new Fault(isFaultKind(kind) ? kind : 'internal', {
      reason: typeof reason === 'string' ? reason : String(error.message ?? 'no reason given'),
      hint: typeof hint === 'string' ? hint : null,
      outcome: outcome === 'unknown' ? 'unknown' : 'none',
      retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
      more: isFaultKind(kind) ? more : { ...more, kind, code: error.code },
    });
  }

  /** Converts anything thrown to a Fault: a Fault stays as it is, anything else is `internal`. */
  static of(error: unknown): Fault {
    if (error instanceof Fault) return error;
    return new Fault('internal', { cause: error });
  }
}
