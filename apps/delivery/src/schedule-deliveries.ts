import type { DeliveryAttempted, DeliveryPostponed, RenderedDelivery } from '@buildwire/contracts';
import type { Due } from './due-store.repository.js';

/** What a batch of reports means for the due store, with at most one entry for each delivery. */
export interface Schedule {
  dues: Due[];
  ended: string[];
}

/** The retries that attempts ask for, and the deliveries that they ended. A failed resend leaves the schedule as it is. */
export function scheduleOfAttempts(attempts: readonly DeliveryAttempted[]): Schedule {
  const ended = new Set(attempts.filter(({ verdict }) => verdict === 'succeeded' || verdict === 'exhausted').map(({ deliveryId }) => deliveryId));
  const dues = attempts.flatMap((attempt) => {
    if (attempt.verdict !== 'waiting' || attempt.nextAttemptAtMs === undefined || ended.has(attempt.deliveryId)) return [];
    const delivery = { ...renderedOf(attempt), trigger: 'retry' as const, attempt: attempt.attempt + 1, postponements: 0 };
    return [{ delivery, dueAtMs: attempt.nextAttemptAtMs }];
  });
  return { dues: latestOfEach(dues), ended: [...ended] };
}

/** Deliveries that were put off, with the attempt they still have. */
export function scheduleOfPostponements(postponements: readonly DeliveryPostponed[]): Due[] {
  const dues = postponements.map((postponed) => ({
    delivery: { ...renderedOf(postponed), postponements: postponed.postponements + 1 },
    dueAtMs: postponed.untilMs,
    ...queueOf(postponed),
  }));
  return latestOfEach(dues);
}

/** Ranks of one state are this far apart; the times between fit for ten thousand years, and all of it a double. */
const STATE_SPAN = 1e15;

function queueOf({ webhookId, build, turn }: DeliveryPostponed): Pick<Due, 'queue'> {
  if (build === undefined || turn === undefined) return {};
  const place = Math.min(Math.max(build.atMs, 0), STATE_SPAN - 1);
  return { queue: { key: `${webhookId} ${build.id}`, rank: build.rank * STATE_SPAN + place, ...turn } };
}

function latestOfEach(dues: readonly Due[]): Due[] {
  const latest = new Map<string, Due>();
  for (const due of dues) {
    const known = latest.get(due.delivery.deliveryId);
    if (known === undefined || isLater(due.delivery, known.delivery)) latest.set(due.delivery.deliveryId, due);
  }
  return [...latest.values()];
}

function isLater(one: RenderedDelivery, other: RenderedDelivery): boolean {
  return one.attempt === other.attempt ? one.postponements > other.postponements : one.attempt > other.attempt;
}

/** Only what a delivery needs to be sent again: reports carry more. */
function renderedOf(report: RenderedDelivery): RenderedDelivery {
  const { deliveryId, organizationId, eventId, eventType, appId, webhookId, format, dialect, contentType, headers, body, trigger, attempt, postponements, build } = report;
  const delivery = { deliveryId, organizationId, eventId, eventType, appId, webhookId, format, dialect, contentType, headers, body, trigger, attempt, postponements };
  return build === undefined ? delivery : { build, ...delivery };
}
