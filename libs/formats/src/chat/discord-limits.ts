/*
 * What Discord takes, in characters or items. From docs.discord.com (webhook, message and component resources, 2026-08);
 * the sum over all embeds is in no schema.
 */

export const MAX_CONTENT = 2_000;
export const MAX_TITLE = 256;
export const MAX_DESCRIPTION = 4_096;
export const MAX_FIELDS = 25;
export const MAX_FIELD_NAME = 256;
export const MAX_FIELD_VALUE = 1_024;
export const MAX_FOOTER = 2_048;
/** Titles, descriptions, fields, footers and authors together. */
export const MAX_EMBEDS_SUM = 6_000;
export const MAX_URL = 2_048;
export const MAX_BUTTON_URL = 512;
export const MAX_BUTTON_LABEL = 80;
export const MAX_BUTTONS_IN_ROW = 5;
export const MAX_THREAD_NAME = 100;
