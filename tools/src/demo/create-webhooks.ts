import { createdWebhook } from '@buildwire/contracts';
import { styled } from '../terminal.js';
import type { Scene, SignedWebhook, Webhooks } from './scene.js';

export const EVERYTHING = '/everything';
export const FLAKY = '/flaky';
export const FILTERED = '/failed-builds-of-one-app';

/** The app of BuildPixel's documented examples. */
export const FILTERED_APP = 'mB2nD5gHs8Kq1WzX4cVy7TrE';

/** In seconds, ±20 %; the standard schedule is for patience, not for a demo. */
const SCHEDULE = [1, 2];

/** POST /v1/webhooks: one for everything, one whose endpoint fails at first, one with a filter. */
export async function createWebhooks({ story, api, endpoint }: Omit<Scene, 'webhooks'>): Promise<Webhooks> {
  story.chapter('1  Three webhooks   POST /v1/webhooks');
  const create = async (path: string, settings: object): Promise<SignedWebhook> => {
    const webhook = await api.post(createdWebhook, '/v1/webhooks', { name: path.slice(1), url: endpoint.urlOf(path), ...settings });
    const secret = webhook.secret ?? '';
    const retry = webhook.retry === null ? 'standard retries' : `retries after ${webhook.rules.schedule.join(' s, ')} s`;
    const wants = `${webhook.events.join(', ')}${webhook.appId === null ? '' : ` of app ${webhook.appId}`}`;
    story.tell(styled('cyan', path.padEnd(26)), `wants ${wants}; ${retry}; secret ${secret.slice(0, 11)}… ${styled('dim', '(shown this once)')}`);
    return { ...webhook, secret };
  };
  return {
    everything: await create(EVERYTHING, { events: ['*'] }),
    flaky: await create(FLAKY, { events: ['deployment.failed'], retry: { schedule: SCHEDULE } }),
    filtered: await create(FILTERED, { events: ['build.failed'], appId: FILTERED_APP }),
  };
}
