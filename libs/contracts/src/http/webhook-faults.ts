import { chatTargetOf, isTeamsConnector } from '../chat-url.js';
import type { ChatFormat } from '../chat-url.js';
import type { Dialect, Format, RenderingOptions } from '../format.js';
import { PRIVATE_PREFIX } from '../secret.js';
import type { Signing } from '../signing-scheme.js';

/** The settings that must fit together. `url` is absolute. */
export interface FittingSettings {
  url: string;
  format: Format;
  dialect: Dialect | null;
  options: RenderingOptions;
  signing: Signing | null;
}

export interface SettingsFault {
  path: string[];
  message: string;
}

const CHAT_HAS_NO = 'belongs to the format raw: ';

/** The options that only some bodies have. */
const OPTIONS: Record<keyof RenderingOptions, { of: (settings: FittingSettings) => boolean; message: string }> = {
  cloudEventsMode: { of: ({ dialect }) => dialect === 'cloudevents', message: 'belongs to the dialect cloudevents' },
  mentions: { of: isChat, message: 'belongs to the chat formats' },
  showSuperseded: { of: isChat, message: 'belongs to the chat formats' },
  showCanceled: { of: isChat, message: 'belongs to the chat formats' },
  threadName: { of: ({ format }) => format === 'discord', message: 'belongs to the format discord' },
};

/** Whom each chat target can ping. What it cannot would be left out in silence. */
const MENTIONS: Record<ChatFormat, { form: RegExp; message: string }> = {
  slack: { form: /^[UWS][A-Z0-9]{1,30}$/, message: 'must be the id of a user, U…, or of a user group, S…' },
  discord: { form: /^(user|role):[1-9]\d{0,19}$/, message: 'must be user: or role: and the id' },
  teams: { form: /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+$/, message: 'must be a user principal name such as ada@example.com' },
};

/** The dialect that a webhook gets if its owner named none. */
export function settledDialect({ format, dialect }: { format: Format; dialect?: Dialect | null | undefined }): Dialect | null {
  if (dialect !== undefined) return dialect;
  return format === 'raw' ? 'buildwire' : null;
}

/** What does not fit together, though each part is well formed. */
export function settingsFaults(settings: FittingSettings): SettingsFault[] {
  return [...formatFaults(settings), ...optionFaults(settings), ...mentionFaults(settings), ...urlFaults(settings)];
}

/** Whether a secret given with these settings can sign as they say. */
export function secretFaults(settings: FittingSettings, secret: string | undefined): SettingsFault[] {
  if (secret === undefined) return [];
  const kind = keyKindOf(settings);
  if (kind === 'none') return [{ path: ['secret'], message: `${CHAT_HAS_NO}requests to a chat target are not signed, its URL is the secret` }];
  const isPrivateKey = secret.startsWith(PRIVATE_PREFIX);
  if (kind === 'private' && !isPrivateKey) return [{ path: ['secret'], message: 'must be whsk_ and an Ed25519 private key for the scheme standard-webhooks-ed25519' }];
  if (kind === 'shared' && isPrivateKey) return [{ path: ['secret'], message: 'is a private key, which only the scheme standard-webhooks-ed25519 signs with' }];
  return [];
}

/** The kind of secret that a webhook has: of a chat target none, else shared with the receiver or the private half of a pair. */
export function keyKindOf({ format, signing }: Pick<FittingSettings, 'format' | 'signing'>): 'none' | 'shared' | 'private' {
  if (format !== 'raw') return 'none';
  return signing?.scheme === 'standard-webhooks-ed25519' ? 'private' : 'shared';
}

function formatFaults({ format, dialect, signing }: FittingSettings): SettingsFault[] {
  if (format === 'raw') return dialect === null ? [{ path: ['dialect'], message: 'is needed by the format raw' }] : [];
  const faults: SettingsFault[] = [];
  if (dialect !== null) faults.push({ path: ['dialect'], message: `${CHAT_HAS_NO}${format} has a form of its own` });
  if (signing !== null) faults.push({ path: ['signing'], message: `${CHAT_HAS_NO}requests to a chat target are not signed` });
  return faults;
}

function optionFaults(settings: FittingSettings): SettingsFault[] {
  const given = Object.keys(OPTIONS).filter((name) => settings.options[name as keyof RenderingOptions] !== undefined) as (keyof RenderingOptions)[];
  return given.filter((name) => !OPTIONS[name].of(settings)).map((name) => ({ path: ['options', name], message: OPTIONS[name].message }));
}

function mentionFaults({ format, options: { mentions = [] } }: FittingSettings): SettingsFault[] {
  if (format === 'raw') return [];
  const { form, message } = MENTIONS[format];
  return mentions.flatMap((mention, index) => (form.test(mention) ? [] : [{ path: ['options', 'mentions', String(index)], message }]));
}

function urlFaults({ url, format }: FittingSettings): SettingsFault[] {
  if (!URL.canParse(url)) return [];
  if (isTeamsConnector(url)) {
    const message = 'is an Office 365 connector, which Microsoft retired in May 2026; make a workflow in Teams from "Send webhook alerts to a channel" and use its URL';
    return [{ path: ['url'], message }];
  }
  const target = chatTargetOf(url);
  // A flow of Power Automate may also take raw bodies.
  if (target === undefined || target === format || (target === 'teams' && format === 'raw')) return [];
  return [{ path: ['format'], message: `must be ${target}: the URL belongs to it` }];
}

function isChat({ format }: FittingSettings): boolean {
  return format !== 'raw';
}
