import { printable, styled } from '../terminal.js';
import { EVERYTHING } from './create-webhooks.js';
import { isGenuine, payloadOf } from './endpoint.js';
import type { Example } from './publish-examples.js';
import type { Scene } from './scene.js';

/** Each event at the endpoint that wants everything, its signature checked as a receiver would. */
export async function showDeliveries({ story, endpoint, webhooks }: Scene, examples: readonly Example[]): Promise<void> {
  story.chapter(`3  What ${EVERYTHING} receives, checked with the standardwebhooks library`);
  const { secret } = webhooks.everything;
  for (const { name, event } of examples) {
    const request = await endpoint.eventAt(EVERYTHING, event.id);
    const { type, data } = payloadOf(request);
    story.check(`${name} arrives as ${event.type}`, type === event.type, type);
    story.check(`${name} tells about the same app`, JSON.stringify(data['app']) === JSON.stringify(event.app), data['app']);
    story.check(`${name} is signed with the webhook's secret`, isGenuine(request, secret), request.headers);
    const id = request.headers['webhook-id'] ?? '';
    story.tell(styled('green', '✓'), printable(type.padEnd(19)), name.padEnd(24), styled('dim', printable(`${id}  ${request.body.length} bytes, signature valid`)));
  }
  const [first] = endpoint.requestsOf(EVERYTHING);
  if (first === undefined) throw new Error('nothing was received');
  const forged = Buffer.from(first.body);
  forged[forged.length - 2] = 0x20;
  story.promise('a body with one byte changed is refused by the library', !isGenuine({ body: forged, headers: first.headers }, secret));
  story.promise('so is a genuine one under another webhook’s secret', !isGenuine(first, webhooks.flaky.secret));
}
