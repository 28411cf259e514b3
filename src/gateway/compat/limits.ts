// Limits of the routes of other programs.

/** The longest body with a file in base64: more than WhatsApp's largest image, and little enough to be held in memory. */
export const MAX_FILE_BODY_BYTES = 24 * 2 ** 20;
/** Requests with a long body that are handled at a time, and those that wait. */
export const MAX_FILE_BODIES = 2;
export const MAX_WAITING_BODIES = 32;
/** As for all other routes. */
export const SMALL_BODY_BYTES = 2 ** 20;
