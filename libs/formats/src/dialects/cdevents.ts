import { isOperationalEvent } from '@buildwire/contracts';
import { json } from '../json.js';
import type { Renderer } from '../rendering.js';
import { cdeventOf } from './cdevents-words.js';
import { attributeHeaders, attributesOf } from './cloudevents-attributes.js';
import { eventPayload } from './event-data.js';
import { cannotSay } from './no-words.js';

const SPEC_VERSION = '0.5.1';
const SCHEMAS = `https://cdevents.dev/${SPEC_VERSION}/schema/`;

/**
 * CDEvents 0.5.1, one per event, in its CloudEvents binding over HTTP: the whole CDEvent as body, what a router needs to know
 * again as `ce-…` headers. `customData` is the body of the buildwire dialect: all that CDEvents has no place for.
 */
export const cdevents: Renderer = (event, { downloadUrl }) => {
  if (isOperationalEvent(event)) return cannotSay('cdevents', `has no words for ${event.type}, only for builds, jobs and deployments`, `Leave ${event.type} out of the webhook's events`);
  const { type, schema, subjectId, content } = cdeventOf(event);
  const attributes = attributesOf(event, { type, subject: subjectId });
  const { id, source, subject, time: timestamp } = attributes;
  const context = { specversion: SPEC_VERSION, id, source, type, timestamp, schemaUri: SCHEMAS + schema };
  const customData = eventPayload(event, { downloadUrl });
  const body = { context, subject: { id: subject, content }, customData, customDataContentType: 'application/json' };
  return json(body, 'application/json', attributeHeaders(attributes));
};
