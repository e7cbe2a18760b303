import { MAX_BATCH, publishedEvent, publishResults, seedExamples } from '@buildwire/contracts';
import type { EventInput } from '@buildwire/contracts';
import { styled } from '../terminal.js';
import { publishByGrpc } from './publish-grpc.js';
import { publishByNats } from './publish-nats.js';
import type { Scene } from './scene.js';

/** What a product's documentation shows, said in our words, with an id of its own. */
export interface Example {
  name: string;
  event: EventInput & { id: string };
}

const BY_GRPC = 'buildpixel-complete';
const BY_NATS = 'capawesome-job-finished';

/** The documented examples of the four seed products, through all three doors; one of them twice. */
export async function publishExamples({ story, api, standalone }: Scene): Promise<Example[]> {
  const examples = seedExamples().map(({ name, event }) => ({ name, event: { ...event, id: `demo-${name}` } }));
  const batch = examples.filter(({ name }) => name !== BY_GRPC && name !== BY_NATS);
  story.chapter(`2  ${examples.length} events: the documented examples of Expo/EAS, Capawesome, BuildPixel and Appflow`);

  const { results } = await api.post(publishResults, '/v1/events', { events: batch.map(({ event }) => event) });
  story.check('every event of the batch is acknowledged with its id', JSON.stringify(results) === JSON.stringify(batch.map(({ event: { id } }) => ({ id }))), results);
  tellDoor(story, 'HTTP', `POST /v1/events, a batch of ${batch.length} (the most is ${MAX_BATCH.toLocaleString('en')})`, batch);

  const [byGrpc, byNats] = [example(examples, BY_GRPC), example(examples, BY_NATS)];
  story.check('gRPC acknowledges the id', (await publishByGrpc(standalone.grpc, standalone.apiKey, byGrpc.event)) === byGrpc.event.id);
  tellDoor(story, 'gRPC', 'EventIngestion/Publish', [byGrpc]);
  story.check('NATS acknowledges the id', (await publishByNats(standalone.nats, standalone.organizationId, byNats.event)) === byNats.event.id);
  tellDoor(story, 'NATS', 'a request on the ingest subject', [byNats]);

  const { id } = await api.post(publishedEvent, '/v1/events', byGrpc.event);
  story.promise('the event that came by gRPC is published again by HTTP: acknowledged, and to be delivered once', id === byGrpc.event.id, id);
  return examples;
}

function tellDoor(story: Scene['story'], door: string, how: string, examples: readonly Example[]): void {
  story.tell(styled('cyan', door), `${how}  ${styled('dim', examples.map(({ name }) => name).join(' '))}`);
}

function example(examples: readonly Example[], wanted: string): Example {
  const found = examples.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`there is no example ${wanted}`);
  return found;
}
