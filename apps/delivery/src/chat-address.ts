import type { Format } from '@buildwire/contracts';

/** `/api/webhooks/<id>/<token>`, of any version, also the ends that take Slack's or GitHub's bodies. */
const DISCORD_WEBHOOK = /^\/api\/(?:v\d+\/)?(webhooks\/\d+\/[^/]+)(?:\/(?:slack|github))?\/?$/;

/**
 * Where to post for a format, given the absolute URL that a webhook's owner copied. Discord's leads to a version that counts
 * milliseconds and hides what went wrong, unless told otherwise; a thread that it names is kept. All others stay as they are.
 */
export function chatAddress(format: Format, url: string): string {
  return format === 'discord' ? discordAddress(new URL(url)) : url;
}

function discordAddress(url: URL): string {
  url.pathname = url.pathname.replace(DISCORD_WEBHOOK, '/api/v10/$1');
  url.searchParams.set('wait', 'true');
  // Without it Discord leaves the link buttons out.
  url.searchParams.set('with_components', 'true');
  return url.href;
}
