export { InvalidAllowListError, parseAllowList, type AllowList } from './allow-list.js';
export { DownloadClient, type DownloadClientOptions, type DownloadRequest, type DownloadResult } from './download-client.js';
export { isPublicAddress } from './public-address.js';
export { reservedHeaders } from './request-headers.js';
export type { ResolveHost } from './resolve-host.js';
export type { Answered, Failed, FailureKind, SendResult, Timing } from './send-result.js';
export { WebhookClient, type SendRequest, type WebhookClientOptions } from './webhook-client.js';
export { checkWebhookUrl } from './webhook-url.js';
