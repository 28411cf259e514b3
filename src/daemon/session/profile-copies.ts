// What copies of the profile need of the life cycle: a moment in which no browser uses it. A fleet makes them.

export interface ProfileCopies {
  /** Why a copy is due; null: none is. A ready account's browser is then replaced in a quiet moment. Never rejects. */
  due(): Promise<string | null>;
  /** The browser of a ready account is being replaced: the next launch finds a profile that was closed in order. */
  replacing(): void;
  /** Called before each launch, when no browser runs and the profile is repaired. Never rejects. */
  launching(): Promise<void>;
}
