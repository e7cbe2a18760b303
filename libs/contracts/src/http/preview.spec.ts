import { describe, expect, it } from 'vitest';
import { previewUnsavedWebhook, previewWebhook, testWebhook } from './preview.js';
import { validate } from './validate.js';

const webhook = { name: 'CI', url: 'https://example.com/hook', events: ['*'] };

describe('a preview', () => {
  it.each([[{}], [{ type: 'build.failed' }], [{ eventId: 'evt_1' }]])('is asked for with %j', (body) => {
    expect(validate(previewWebhook, body)).toEqual(body);
    expect(validate(previewUnsavedWebhook, { ...body, webhook })).toMatchObject({ ...body, webhook: { ...webhook, dialect: 'buildwire' } });
  });

  it.each([
    ['a type and an event', { type: 'build.failed', eventId: 'evt_1' }, '/eventId'],
    ['an unknown type', { type: 'build.lost' }, '/type'],
    ['an unknown key', { colour: 'red' }, '/colour'],
  ])('is refused with %s, at its place', (_, body, pointer) => {
    for (const asked of [() => validate(previewWebhook, body), () => validate(previewUnsavedWebhook, { ...body, webhook })]) {
      expect(asked).toThrow(expect.objectContaining({ code: 'invalid_request', faults: [expect.objectContaining({ pointer })] }));
    }
  });

  it('names the faults of a webhook that is not saved as its creation does', () => {
    const asked = () => validate(previewUnsavedWebhook, { webhook: { ...webhook, url: 'ftp://example.com', format: 'slack', dialect: 'expo' } });
    expect(asked).toThrow(expect.objectContaining({ faults: [expect.objectContaining({ pointer: '/webhook/url' })] }));
  });
});

describe('a test', () => {
  it('takes a type, and nothing else', () => {
    expect(validate(testWebhook, {})).toEqual({});
    expect(() => validate(testWebhook, { eventId: 'evt_1' })).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
