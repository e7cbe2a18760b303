import { existsSync, readFileSync } from 'node:fs';
import { Version } from 'adaptivecards';
import * as AdaptiveCards from 'adaptivecards';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { DiscordMessage } from '../chat/discord.js';
import * as limits from '../chat/discord-limits.js';
import type { AdaptiveCard } from '../chat/teams.js';

/** The vendors' own schemas. They are no part of the project and lie beside it; a clone without them runs the other cases only. */
const SCHEMAS = new URL('../../../../../shared/schemas/', import.meta.url);
export const haveVendorSchemas = existsSync(SCHEMAS);

/** What Discord's OpenAPI document and its rules beside it find wrong. */
export function discordFaults(message: DiscordMessage): string[] {
  discord ??= compileDiscord();
  return [...(discord(message) ? [] : ajvFaults(discord)), ...unwrittenFaults(message)];
}

/** What the schema of a version of Adaptive Cards finds wrong. `msteams` is an extension that no schema knows. */
export function cardFaults({ msteams: _, ...card }: AdaptiveCard, version: '1.2.1' | '1.4.0'): string[] {
  const validate = (adaptiveCards[version] ??= compileAdaptiveCards(version));
  return validate({ ...card, version: version.slice(0, 3) }) ? [] : ajvFaults(validate);
}

/** What Microsoft's own parser finds wrong. */
export function parserFaults(card: AdaptiveCard): string[] {
  const parsed = new AdaptiveCards.AdaptiveCard();
  const context = new AdaptiveCards.SerializationContext(new Version(1, 4));
  parsed.parse(card, context);
  const events = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
  return [...events, ...parsed.validateProperties().validationEvents.map(({ message }) => message)];
}

let discord: ValidateFunction | undefined;
const adaptiveCards: Partial<Record<string, ValidateFunction>> = {};

function compileDiscord(): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { snowflake: true } });
  addFormats.default(ajv);
  return ajv.compile({ ...read('discord/incoming-webhook.openapi.json'), $ref: '#/components/schemas/IncomingWebhookRequestPartial' });
}

function compileAdaptiveCards(version: string): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const { $schema: _schema, id: _id, ...schema } = read(`adaptive-cards/${version}.json`);
  return ajv.compile(schema);
}

/** Discord's document names neither the sum over an embed nor that texts must not be empty. */
function unwrittenFaults({ content, embeds }: DiscordMessage): string[] {
  const texts = embeds.flatMap(({ title, description, fields, footer }) => [title, description, footer.text, ...(fields ?? []).flatMap(({ name, value }) => [name, value])]).filter((text) => text !== undefined);
  const sum = texts.reduce((total, text) => total + text.length, 0);
  const empty = [...texts, content].filter((text) => text?.trim() === '');
  return [...(sum > limits.MAX_EMBEDS_SUM ? [`the embeds have ${sum} characters`] : []), ...empty.map(() => 'a text is empty')];
}

function ajvFaults({ errors }: ValidateFunction): string[] {
  return (errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function read(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(path, SCHEMAS), 'utf8')) as Record<string, unknown>;
}
