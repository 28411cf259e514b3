// Limits of the routes of other programs.

/** The longest body with a file in base64: more than WhatsApp's largest image, and little enough to be held in memory. */
export const MAX_FILE_BODY_BYTES = 24 * 2 ** 20;
/** Requests with such a body that are read and uploaded at a time. */
export const MAX_FILE_BODIES = 2;
