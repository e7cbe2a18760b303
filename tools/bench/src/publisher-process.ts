import type { EventInput } from '@buildwire/contracts';
import { answerQuestions } from './process-link.js';
import { nowMs } from './clock.js';
import { benchEvent } from './events.js';
import { inTurns, transports } from './transports.js';
import type { Target, TransportName } from './transports.js';

export interface PublishOrder {
  target: Target;
  transport: TransportName;
  run: string;
  from: number;
  count: number;
  /** The events go to these apps in turn. */
  appIds: string[];
  /** By NATS only: the events go to these organizations in turn, each in a request of its own. */
  organizationIds?: string[];
  /** Open loop: events per second, whatever the answers. Absent: as fast as the answers allow. */
  perSecond?: number;
}

/** Epoch ms, by the place of the event: when its turn was, and when it was acknowledged. */
export interface Published {
  dueMs: number[];
  ackedMs: number[];
}

/** Requests of single events under way at a time. */
const IN_FLIGHT = 256;

async function publish(order: PublishOrder): Promise<Published> {
  const { target, transport, run, from, count, appIds, organizationIds, perSecond } = order;
  const connection = await transports[transport](target);
  const published: Published = { dueMs: [], ackedMs: [] };
  const events = Array.from({ length: count }, (_, place) => benchEvent(run, from + place, appIds[place % appIds.length] ?? ''));
  const acked = (place: number) => (published.ackedMs[place] = nowMs());
  const begun = nowMs();
  try {
    const one = (event: EventInput, place: number) => connection.publish(event, organizationIds?.[place % organizationIds.length]).then(() => void acked(place));
    if (perSecond !== undefined) await paced(events, perSecond, begun, published, one);
    else if (organizationIds !== undefined) await inTurns(events, IN_FLIGHT, one);
    else await connection.flood(events, acked);
  } finally {
    await connection.close();
  }
  return published;
}

/** Each event at its own time: one that is late does not delay the others, and its lateness counts. */
async function paced<Item>(items: Item[], perSecond: number, begun: number, { dueMs }: Published, send: (item: Item, place: number) => Promise<void>): Promise<void> {
  const sending: Promise<void>[] = [];
  while (sending.length < items.length) {
    const due = Math.min(items.length, Math.floor(((nowMs() - begun) / 1_000) * perSecond) + 1);
    for (let place = sending.length; place < due; place++) {
      dueMs[place] = begun + (place * 1_000) / perSecond;
      const item = items[place];
      if (item !== undefined) sending.push(send(item, place));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(sending);
}

answerQuestions({ publish });
