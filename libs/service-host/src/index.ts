export { hostService } from './host-service.js';
export type { Host, HostConfig } from './host-service.js';
export { startService } from './start-service.js';
