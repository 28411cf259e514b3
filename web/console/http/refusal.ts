// An answer of the gateway that is an error, or no answer.

/** `kind` is a kind of the table of faults, or null when the answer is not one of the gateway's. */
export class Refusal extends Error {
  readonly kind: string | null;
  readonly hint: string | null;
  /** The HTTP status; 0 without an answer. */
  readonly status: number;
  /** How long the gateway asks to wait before the next request, ms; null if it does not say. */
  readonly retryAfterMs: number | null;

  constructor(
    status: number,
    { kind, reason, hint }: { kind: string | null; reason: string; hint: string | null },
    retryAfterMs: number | null = null,
  ) {
    super(reason);
    this.status = status;
    this.kind = kind;
    this.hint = hint;
    this.retryAfterMs = retryAfterMs;
  }

  /** Reads the body of an error; a proxy may have answered with anything. */
  static async of(response: Response): Promise<Refusal> {
    const body: unknown = await response.json().catch(() => null);
    const { reason, hint, error } = (body ?? {}) as Record<string, unknown>;
    const kind = (error as { data?: { kind?: unknown } } | undefined)?.data?.kind;
    // The other form of the header, a date, comes from no gateway.
    const seconds = /^\d{1,6}$/.exec(response.headers.get('Retry-After') ?? '')?.[0];
    return new Refusal(
      response.status,
      {
        kind: typeof kind === 'string' ? kind : null,
        reason: typeof reason === 'string' ? reason : `The gateway answered with HTTP ${response.status}.`,
        hint: typeof hint === 'string' ? hint : null,
      },
      seconds === undefined ? null : Number(seconds) * 1_000,
    );
  }

  /** Any error as a refusal: fetch throws a TypeError when nothing answers. */
  static from(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    const reason = error instanceof TypeError ? 'The gateway does not answer.' : String(error);
    return new Refusal(0, { kind: null, reason, hint: null });
  }
}
