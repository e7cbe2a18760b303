import type { Format } from '@buildwire/contracts';
import { headerValues } from './endpoint-answer.js';
import type { EndpointAnswer } from './endpoint-answer.js';

/** What a refusal says in the target's own words. */
export interface OwnWords {
  /** The error code, as the target's documentation spells it. */
  code?: string;
  /** How long the target asks us to wait, where only it would say so. */
  afterMs?: number;
}

/** Slack answers plain text that begins with the code; a proxy's page or sentence does not look like one. */
const SLACK_CODE = /^[a-z]+(?:_[a-z]+)+/;
/** No target's code is longer or stranger; whatever else stands in its place is not repeated to people. */
const CODE = /^\w{1,80}$/;
/** Discord's code for "no particular error". */
const DISCORD_GENERAL = 0;
const DECIMAL = /^\d{1,10}(\.\d{1,9})?$/;

/** How each format's receiver says what went wrong. Receivers of raw bodies have no words of their own. */
export const chatErrors: Record<Format, (answer: EndpointAnswer) => OwnWords> = {
  raw: () => ({}),
  slack: ({ body }) => codeOf(SLACK_CODE.exec(body.toString('utf8').trim())?.[0]),
  discord: discordWords,
  teams: ({ body }) => {
    const { code } = objectOf(objectOf(parsed(body))['error']);
    return codeOf(typeof code === 'string' ? code : undefined);
  },
};

/** Discord's version 10 counts seconds with decimals, in the body and in a header of its own; the longest is the safest. */
function discordWords(answer: EndpointAnswer): OwnWords {
  const { code, retry_after: retryAfter } = objectOf(parsed(answer.body));
  const resetAfter = headerValues(answer, 'x-ratelimit-reset-after').filter((value) => DECIMAL.test(value)).map(Number);
  const seconds = [...resetAfter, ...(typeof retryAfter === 'number' && retryAfter >= 0 ? [retryAfter] : [])];
  const isCode = typeof code === 'number' && code !== DISCORD_GENERAL;
  return { ...codeOf(isCode ? String(code) : undefined), ...(seconds.length === 0 ? {} : { afterMs: Math.ceil(Math.max(...seconds) * 1_000) }) };
}

/** Whether a 429 of Discord is about all that our address sends; a page instead of its JSON is the block in front of it. */
export function isForAll(answer: EndpointAnswer): boolean {
  if (answer.statusCode !== 429) return false;
  const { global: isGlobal, retry_after: retryAfter } = objectOf(parsed(answer.body));
  return isGlobal === true || retryAfter === undefined || headerValues(answer, 'x-ratelimit-global').includes('true');
}

function codeOf(code: string | undefined): OwnWords {
  return code === undefined || !CODE.test(code) ? {} : { code };
}

/** A body that was cut, or a page of a proxy, is no JSON and says nothing. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
