import type { CreatedWebhook } from '@buildwire/contracts';
import type { Api } from './api.js';
import type { Endpoint } from './endpoint.js';
import type { Standalone } from './standalone-process.js';
import type { Story } from './story.js';

/** The webhooks of the demo, each with a path of its own at the endpoint. */
/** A raw webhook: its requests are signed. */
export type SignedWebhook = CreatedWebhook & { secret: string };

export interface Webhooks {
  everything: SignedWebhook;
  /** Its endpoint fails at first. */
  flaky: SignedWebhook;
  /** Failed builds of one app. */
  filtered: SignedWebhook;
}

/** All that the parts of the demo work with. */
export interface Scene {
  story: Story;
  standalone: Standalone;
  endpoint: Endpoint;
  api: Api;
  webhooks: Webhooks;
}
