import type { EventType } from '@buildwire/contracts';
import { json } from '../json.js';
import type { Renderer } from '../rendering.js';
import { appflowPackage, appflowWeb } from './appflow-build.js';
import type { AppflowState } from './appflow-build.js';
import { cannotSay, noWords } from './no-words.js';

const STATES: Partial<Record<EventType, AppflowState>> = {
  'build.finished': 'success',
  'build.failed': 'failed',
  'build.canceled': 'canceled',
  'build.superseded': 'canceled',
};

/**
 * Ionic Appflow's automation webhook: one body for every build that ended, native (a package) or web (a snapshot). Every
 * documented key is there, null when unknown, as Appflow itself writes `"org": null`.
 */
export const appflow: Renderer = (event, { downloadUrl }) => {
  const { type, build } = event;
  const state = STATES[type];
  if (state === undefined || build === undefined) return noWords('appflow', type, Object.keys(STATES));
  const platform = build.platform?.toLowerCase();
  if (platform === undefined) return cannotSay('appflow', 'has one body for web builds and another for native ones, and this build has no platform', 'Send build.platform');
  if (platform === 'web') return json(appflowWeb(event, build, state));
  return json(appflowPackage(event, build, { state, platform, downloadUrl }));
};
