import { isOperationalEvent, subjectKindOf } from '@buildwire/contracts';
import type { Event, ProducedEvent } from '@buildwire/contracts';
import type { RenderingContext } from '../rendering.js';
import { epochSeconds } from './clock-time.js';
import { commitSubject, factsOf } from './facts.js';
import type { Fact } from './facts.js';
import { detailsUrlOf, linksOf } from './links.js';
import type { Link } from './links.js';
import { operationalCard } from './operational-card.js';
import { appNameOf, detailOf, eventIdOf, numberOf, variantOf } from './names.js';
import { outcomeOf, stateOf } from './outcome.js';
import type { Outcome } from './outcome.js';
import { firstLines, oneLine } from './text.js';

/**
 * What a channel is told about an event, before any target's markup. Text is visible, short, on one line and not empty, but
 * not escaped: only `outcome` and what is `safe` may be written as it is.
 */
export interface Card {
  outcome: Outcome;
  /** What follows the outcome: `by Ada`, `#1842 to production`. */
  detail?: string;
  /** The name of the app; of the webhook, if it is about one. */
  app: string;
  /** What of the app: `Win64 Development`, or the type of a job. */
  variant?: string;
  number?: number;
  /** A job is known by its type, before its app. */
  variantFirst: boolean;
  /** Nothing to act on: a grey line without facts. */
  quiet: boolean;
  detailsUrl?: string;
  commitSubject?: string;
  facts: Fact[];
  /** The only text of several lines. */
  errorLines?: string;
  links: Link[];
  /** When the download link stops working, in seconds since the epoch. */
  downloadUntil?: number;
  eventId: string;
  occurredAt: string;
}

const MAX_ERROR_LINES = 8;
const MAX_ERROR = 1_000;
/** As long as the token of a signed address lasts, counted from the acceptance of the event. */
const DOWNLOAD_SECONDS = 24 * 60 * 60;

/** Equal for all targets: each only decides how to write it. */
export function cardOf(event: Event, context: Pick<RenderingContext, 'downloadUrl'>): Card {
  return isOperationalEvent(event) ? operationalCard(event) : producedCard(event, context);
}

function producedCard(event: ProducedEvent, { downloadUrl }: Pick<RenderingContext, 'downloadUrl'>): Card {
  const outcome = outcomeOf(event);
  const state = stateOf(event);
  const quiet = state === 'superseded' || state === 'canceled';
  const links = linksOf(event, outcome, downloadUrl);
  const isDownload = links.some(({ label }) => label === 'Download');
  return {
    outcome,
    app: appNameOf(event),
    variantFirst: subjectKindOf(event.type) === 'job',
    quiet,
    facts: quiet ? [] : factsOf(event),
    links,
    eventId: eventIdOf(event),
    occurredAt: event.occurredAt,
    ...known({
      detail: detailOf(event),
      variant: variantOf(event),
      number: numberOf(event),
      detailsUrl: detailsUrlOf(event),
      commitSubject: quiet ? undefined : commitSubject(event),
      errorLines: outcome.failed ? errorLinesOf(event) : undefined,
      downloadUntil: isDownload ? epochSeconds(event.receivedAt) + DOWNLOAD_SECONDS : undefined,
    }),
  };
}

/** A job has no error of its own: what it built or deployed has. */
function errorLinesOf({ type, build, deployment }: ProducedEvent): string | undefined {
  const error = subjectKindOf(type) === 'deployment' ? deployment?.error : (build?.error ?? deployment?.error);
  return firstLines(error?.message, MAX_ERROR_LINES, MAX_ERROR) ?? oneLine(error?.code, MAX_ERROR);
}

type Known<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> };

function known<Values extends Record<string, unknown>>(values: Values): Known<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Known<Values>;
}
