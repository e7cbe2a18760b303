import type { Dialect, Format } from './format.js';
import type { Rules } from './rules.js';
import type { SchemeName } from './signing-scheme.js';

/** What a dialect or chat target demands; the schemes follow from its own one. */
export type Preset = Omit<Rules, 'schemes' | 'maxAgeSeconds'> & { scheme: SchemeName };

/** The delays of Standard Webhooks 1.0.0 in seconds; the first attempt is immediate and not in the list, so 10 attempts in all. */
export const standardSchedule: readonly number[] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/** "A few more times, with exponential back-off": Expo, EAS and BuildPixel state no figures. */
const FEW_TIMES = [30, 120, 480, 1_920];
/** "Up to 5 retries with an increasing delay, up to one hour". */
const APPFLOW = [60, 300, 900, 1_800, 3_600];
/** A card about a build is of no use a day later. */
const CHAT = [5, 60, 300, 1_800, 7_200];

/** 410 is the one status that every product takes as "gone"; a body that is too large stays so. */
const RAW_PERMANENT = { disables: { statuses: [410], codes: [] }, ends: { statuses: [413], codes: [] } };
/** A chat target refuses the same bytes, or the same URL, again and again; Discord blocks the sender's address for trying. */
const CHAT_ENDS = [400, 401, 403, 404, 413];

const standard: Preset = { success: '2xx', schedule: [...standardSchedule], scheme: 'standard-webhooks', permanent: RAW_PERMANENT, pacing: null };
const expo: Preset = { success: '200-399', schedule: FEW_TIMES, scheme: 'expo-signature', permanent: RAW_PERMANENT, pacing: null };

const dialects: Record<Dialect, Preset> = {
  buildwire: standard,
  expo,
  eas: expo,
  capawesome: { ...standard, schedule: [], scheme: 'x-signature' },
  buildpixel: { ...standard, schedule: FEW_TIMES, scheme: 'x-buildpixel-signature' },
  appflow: { ...standard, success: '200', schedule: APPFLOW, scheme: 'none' },
  cloudevents: standard,
  cdevents: standard,
};

const chats: Record<Exclude<Format, 'raw'>, Preset> = {
  slack: {
    success: '200',
    schedule: CHAT,
    scheme: 'none',
    permanent: {
      disables: { statuses: [410], codes: ['channel_not_found', 'no_service', 'no_service_id', 'no_active_hooks', 'no_team', 'channel_is_archived', 'team_disabled'] },
      ends: {
        statuses: CHAT_ENDS,
        codes: [
          'invalid_payload',
          'no_text',
          'missing_text_or_fallback_or_attachments',
          'invalid_blocks',
          'invalid_blocks_format',
          'invalid_attachments',
          'msg_too_long',
          'too_many_attachments',
          'user_not_found',
          'action_prohibited',
          'posting_to_general_channel_denied',
          'invalid_token',
        ],
      },
    },
    pacing: { requests: 1, perMs: 1_000 },
  },
  discord: {
    success: '2xx',
    schedule: CHAT,
    scheme: 'none',
    permanent: {
      disables: { statuses: [410], codes: ['10015', '50027'] },
      ends: { statuses: CHAT_ENDS, codes: ['10003', '10008', '40005', '50006', '50013', '50035', '220001', '220002', '220003', '220004'] },
    },
    pacing: { requests: 5, perMs: 2_000 },
  },
  teams: {
    success: '2xx',
    schedule: CHAT,
    scheme: 'none',
    permanent: {
      disables: { statuses: [410], codes: ['WorkflowTriggerIsNotEnabled', 'WorkflowNotFound'] },
      ends: { statuses: CHAT_ENDS, codes: ['TriggerInputSchemaMismatch', 'DirectApiAuthorizationRequired'] },
    },
    pacing: { requests: 4, perMs: 1_000 },
  },
};

/** What the receivers of a format, and for `raw` of a dialect, were written for. */
export function presetOf(format: Format, dialect: Dialect | null): Preset {
  return format === 'raw' ? dialects[dialect ?? 'buildwire'] : chats[format];
}
