import type { Build, Event } from '@buildwire/contracts';
import { appflowChannel, appflowUser } from './appflow-parts.js';
import { appflowId, appflowInstant } from './appflow-values.js';
import { nullWhenUnknown } from './null-when-unknown.js';

/** The automation that made a native build. Where it is silent, the build tells. */
export function packageAutomation({ automation }: Event, build: Build, platform: string): Record<string, unknown> | undefined {
  if (automation === undefined) return undefined;
  return nullWhenUnknown({
    id: appflowId(automation.id),
    // Appflow's own spelling: its receivers read this key.
    buidType: automation.buildType ?? build.type,
    environmentName: automation.environment?.name ?? build.environment?.name,
    nativeConfigName: automation.nativeConfig ?? build.nativeConfig,
    created: appflowInstant(automation.createdAt),
    creatorId: appflowId(automation.creator?.id),
    name: automation.name,
    creator: appflowUser(automation.creator),
    platform: automation.platform ?? platform,
    profile: automation.profile ?? build.profile,
  });
}

/** The automation that made a web build. */
export function webAutomation(event: Event, build: Build): Record<string, unknown> | undefined {
  const { automation } = event;
  if (automation === undefined) return undefined;
  return nullWhenUnknown({
    id: appflowId(automation.id),
    created: appflowInstant(automation.createdAt),
    creatorId: appflowId(automation.creator?.id),
    environmentName: automation.environment?.name ?? build.environment?.name,
    name: automation.name,
    channel: appflowChannel(event),
    creator: appflowUser(automation.creator),
  });
}
