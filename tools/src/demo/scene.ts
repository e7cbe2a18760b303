import type { CreatedWebhook } from '@buildwire/contracts';
import type { Api } from './api.js';
import type { Endpoint } from './endpoint.js';
import type { Standalone } from './standalone-process.js';
import type { Story } from './story.js';

/** The webhooks of the demo, each with a path of its own at the endpoint. */
export interface Webhooks {
  everything: CreatedWebhook;
  /** Its endpoint fails at first. */
  flaky: CreatedWebhook;
  /** Failed builds of one app. */
  filtered: CreatedWebhook;
}

/** All that the parts of the demo work with. */
export interface Scene {
  story: Story;
  standalone: Standalone;
  endpoint: Endpoint;
  api: Api;
  webhooks: Webhooks;
}
