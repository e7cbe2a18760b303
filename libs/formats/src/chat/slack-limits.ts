/*
 * What Slack takes, in characters or items. From docs.slack.dev/reference/block-kit and the comments of @slack/types 3.2.0;
 * one too many and the whole message is refused as `invalid_blocks`.
 */

/** Slack recommends no more for the text of a message; it cuts at 40,000. */
export const MAX_MESSAGE_TEXT = 4_000;
export const MAX_BLOCKS = 50;
export const MAX_ATTACHMENTS = 100;
export const MAX_TEXT = 3_000;
export const MAX_FIELDS = 10;
export const MAX_FIELD = 2_000;
export const MAX_CONTEXT_ELEMENTS = 10;
export const MAX_BUTTONS = 25;
export const MAX_BUTTON_TEXT = 75;
export const MAX_BUTTON_URL = 3_000;
export const MAX_ACTION_ID = 255;
