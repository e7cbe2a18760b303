export { ApiKeyGuard, ApiKeyLookup, Organization, authenticate } from './api-key.guard.js';
export type { Checks } from './health.controller.js';
export { InvalidConfigError, commonConfig, databaseConfig, flag, loadConfig, natsConfig, secretsConfig } from './load-config.js';
export { JsonLogger } from './logger.js';
export { openApiDocument } from './openapi.js';
export { problemFrom, toProblem } from './problem.filter.js';
export { runService } from './run-service.js';
export type { ServiceDefinition } from './run-service.js';
export { parseStrictJson } from './strict-json.js';
