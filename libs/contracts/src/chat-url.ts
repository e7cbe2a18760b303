import type { Format } from './format.js';

export type ChatFormat = Exclude<Format, 'raw'>;

/** Host and path of what only a chat target answers at. Slack's other hooks start workflows and take any JSON. */
const ADDRESSES: Record<ChatFormat, RegExp> = {
  slack: /^hooks\.slack(-gov)?\.com\/services\//,
  discord: /^((ptb|canary)\.)?(discord|discordapp)\.com\/api\/(v\d+\/)?webhooks\//,
  teams: /^([^/]+\.)?(environment\.api\.powerplatform\.com|logic\.azure\.com|api\.powerautomate\.com|flow\.microsoft\.com)\//,
};
/** Office 365 connectors, which Microsoft took away in May 2026. */
const TEAMS_CONNECTOR = /(^|\.)webhook\.office\.com$|^outlook\.office(365)?\.com$/;
const LAST = 4;

/** The chat target that an absolute URL belongs to. A flow of Power Automate is taken for Teams, though it may be any. */
export function chatTargetOf(url: string): ChatFormat | undefined {
  const { hostname, pathname } = new URL(url);
  return (Object.keys(ADDRESSES) as ChatFormat[]).find((format) => ADDRESSES[format].test(hostname + pathname));
}

/** Whether a URL is one of the retired connectors of Teams. `url` is absolute. */
export function isTeamsConnector(url: string): boolean {
  return TEAMS_CONNECTOR.test(new URL(url).hostname);
}

/** How a webhook's URL is shown and logged: whoever knows a chat target's can post there, so host and last four characters only. */
export function shownUrl(format: Format, url: string): string {
  return format === 'raw' ? url : `${new URL(url).origin}/…${url.slice(-LAST)}`;
}
