import type { Event } from '@buildwire/contracts';
import { uriReference } from './uri.js';

/** The context of a CloudEvent, in the order it is written. */
export interface CloudEventAttributes {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
}

/** Controls, halves of surrogate pairs and code points that are no characters: the String of CloudEvents excludes them. */
const NO_TEXT = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu;
/** What a header value must percent-encode: everything but visible ASCII, and of that the double quote and the percent sign. */
const TO_ENCODE = /[^!#$&-~]+/gu;

/** A dialect chooses the words; the rest is the event's. */
export function attributesOf({ id, source, occurredAt }: Event, { type, subject }: { type: string; subject: string }): CloudEventAttributes {
  return { specversion: '1.0', id, source: uriReference(source), type, subject: attributeText(subject), time: occurredAt };
}

/** The attributes as headers of binary mode. A receiver decodes each value once, so the percent signs of a source are encoded too. */
export function attributeHeaders(attributes: CloudEventAttributes): [name: string, value: string][] {
  return Object.entries(attributes).map(([name, value]: [string, string]) => [`ce-${name}`, value.replace(TO_ENCODE, (text) => encodeURIComponent(text))]);
}

/** Text as an attribute may hold it. */
export function attributeText(text: string): string {
  return text.replace(NO_TEXT, '\ufffd');
}
