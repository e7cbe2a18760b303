import { json } from '../json.js';
import type { Renderer } from '../rendering.js';
import { attributeHeaders, attributesOf } from './cloudevents-attributes.js';
import { eventData } from './event-data.js';

/** The binding's `charset=UTF-8` in lower case, which means the same: the JavaScript SDK knows this spelling only. */
const STRUCTURED = 'application/cloudevents+json; charset=utf-8';
const DATA = 'application/json';

/**
 * CloudEvents 1.0.2 over HTTP. The type is `dev.buildwire.` and the event's type, the subject is the id of what
 * it is about, and the data is that of the buildwire dialect. Structured mode, all in the body, unless the webhook asks
 * for binary mode: attributes as headers, data as body.
 */
export const cloudevents: Renderer = (event, { options, downloadUrl }) => {
  const attributes = attributesOf(event, { type: `dev.buildwire.${event.type}`, subject: event.subject.id });
  const data = eventData(event, { downloadUrl });
  if (options.cloudEventsMode === 'binary') return json(data, DATA, attributeHeaders(attributes));
  return json(Object.assign({}, attributes, { datacontenttype: DATA, data }), STRUCTURED);
};
