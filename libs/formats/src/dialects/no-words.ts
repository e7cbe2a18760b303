import type { Dialect, EventType } from '@buildwire/contracts';
import { skipped } from '../rendering.js';
import type { Rendering } from '../rendering.js';

/** The dialect's product never tells of such an event. */
export function noWords(dialect: Dialect, type: EventType, known: readonly string[]): Rendering {
  return cannotSay(dialect, `has no words for ${type}, only for ${known.join(', ')}`, `Leave ${type} out of the webhook's events`);
}

/** The dialect's product builds for other platforms only. The given one is a producer's text: escaped, the log can store whatever it holds. */
export function noPlatform(dialect: Dialect, platform: string | undefined, known: readonly string[]): Rendering {
  const given = platform === undefined ? 'an event without a platform' : `the platform ${JSON.stringify(platform)}`;
  return cannotSay(dialect, `has no words for ${given}, only for ${known.join(' and ')}`, "Filter the webhook's events by platform");
}

/** `what` continues a sentence about the dialect, and `remedy` begins one for the webhook's owner. */
export function cannotSay(dialect: Dialect, what: string, remedy: string): Rendering {
  return skipped(`The ${dialect} dialect ${what}. ${remedy}, or choose another dialect for it.`);
}
