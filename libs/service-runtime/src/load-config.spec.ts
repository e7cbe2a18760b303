import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InvalidConfigError, commonConfig, databaseConfig, loadConfig, natsConfig } from './load-config.js';

const schema = z.object({ ...commonConfig({ httpPort: 8080 }), ...natsConfig, ...databaseConfig, SECRETS_KEY: z.string() });

describe('the configuration', () => {
  it('has a default for everything that has a sensible one', () => {
    expect(loadConfig(schema, { SECRETS_KEY: 'k' })).toMatchObject({
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 8080,
      LOG_LEVEL: 'info',
      NATS_URL: 'nats://127.0.0.1:4222',
      NATS_REPLICAS: 1,
      MIGRATE_ON_START: true,
    });
  });

  it('names all faults at once', () => {
    const environment = { HTTP_PORT: '70000', LOG_LEVEL: 'loud', NATS_REPLICAS: 'three', MIGRATE_ON_START: 'perhaps' };
    const error = faultOf(environment);
    expect(error).toBeInstanceOf(InvalidConfigError);
    expect(error).toMatchObject({ code: 'config.invalid' });
    for (const name of [...Object.keys(environment), 'SECRETS_KEY']) expect(String(error)).toContain(name);
  });

  it('takes an empty variable for an absent one', () => {
    expect(loadConfig(schema, { SECRETS_KEY: 'k', HTTP_PORT: ' ', LOG_LEVEL: '', NATS_URL: '' })).toMatchObject({ HTTP_PORT: 8080, LOG_LEVEL: 'info' });
    expect(String(faultOf({ SECRETS_KEY: '' }))).toContain('SECRETS_KEY');
  });

  it.each([
    ['0', 0],
    ['65535', 65_535],
  ])('reads the port %s', (text, port) => {
    expect(loadConfig(schema, { SECRETS_KEY: 'k', HTTP_PORT: text }).HTTP_PORT).toBe(port);
  });

  it.each(['-1', '80.5', 'http', '65536', 'NaN'])('refuses the port "%s"', (HTTP_PORT) => {
    expect(String(faultOf({ SECRETS_KEY: 'k', HTTP_PORT }))).toContain('HTTP_PORT');
  });

  it.each([
    ['true', true],
    ['yes', true],
    ['1', true],
    ['false', false],
    ['no', false],
    ['0', false],
  ])('reads the flag %s', (MIGRATE_ON_START, flag) => {
    expect(loadConfig(schema, { SECRETS_KEY: 'k', MIGRATE_ON_START }).MIGRATE_ON_START).toBe(flag);
  });

  it('is refused when it turns off the verification of certificates', () => {
    const error = faultOf({ SECRETS_KEY: 'k', NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    expect(error).toMatchObject({ code: 'config.invalid' });
    expect(String(error)).toContain('NODE_TLS_REJECT_UNAUTHORIZED=0 turns the verification of certificates off');
    expect(loadConfig(schema, { SECRETS_KEY: 'k', NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toMatchObject({ HTTP_PORT: 8080 });
  });

  it('leaves out what it does not know', () => {
    expect(loadConfig(schema, { SECRETS_KEY: 'k', HOME: '/root' })).not.toHaveProperty('HOME');
  });
});

function faultOf(environment: Record<string, string>): unknown {
  try {
    return loadConfig(schema, environment);
  } catch (error) {
    return error;
  }
}
