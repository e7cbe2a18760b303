/** Workflows answers 202 to a message that is too large and then posts nothing: about 28 KB are taken in theory, 26 KB in practice, 21 KB by one library's measurement. UTF-8 bytes of the whole JSON text. */
export const MAX_BYTES = 20_000;
/** The first ones are visible; Teams shows no more than six. */
export const MAX_ACTIONS = 6;
/** Teams names no limit; two or three addresses of this length leave room for the card. */
export const MAX_URL = 2_000;
