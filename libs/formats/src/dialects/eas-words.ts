import type { Build, Deployment, Event, EventType } from '@buildwire/contracts';
import type { ExpoPlatform } from './expo-platforms.js';

export type EasStatus = 'finished' | 'errored' | 'canceled';
type Statuses = Partial<Record<EventType, EasStatus>>;

/** What a body says of every event. */
export interface EasWords {
  status: EasStatus;
  platform: ExpoPlatform;
}

/** The events of a `BUILD` webhook. EAS has no word for a superseded build: it is canceled, by nobody. */
export const buildStatuses: Statuses = {
  'build.finished': 'finished',
  'build.failed': 'errored',
  'build.canceled': 'canceled',
  'build.superseded': 'canceled',
};

/** The events of a `SUBMIT` webhook. */
export const submissionStatuses: Statuses = {
  'deployment.finished': 'finished',
  'deployment.failed': 'errored',
  'deployment.canceled': 'canceled',
};

/** Whose app it is. Receivers build addresses of these names, so an id stands in for one that was not given. */
export function easOwner({ organization, app }: Event): { accountName: string; projectName: string } {
  return { accountName: organization.slug ?? organization.id, projectName: app.slug ?? app.name ?? app.id };
}

export function cancelingUserId({ type, actor }: Event, subject: Build | Deployment): string | null {
  if (!type.endsWith('.canceled')) return null;
  return subject.canceler?.id ?? actor?.id ?? null;
}

/** Receivers read `error.message` of all that errored, so EAS's own words for an unknown reason stand in for a missing one. */
export function easError({ state, error }: Build | Deployment, status: EasStatus): { message: string; errorCode: string } | undefined {
  if (status !== 'errored') return undefined;
  const [code, message] = wordsFor(state);
  return { message: error?.message ?? message, errorCode: error?.code ?? code };
}

function wordsFor(state: Build['state']): [code: string, message: string] {
  if (state === 'timed_out') return ['TIMED_OUT', 'Timed out. Please see logs.'];
  if (state === 'rejected') return ['REJECTED', 'Rejected. Please see logs.'];
  return ['UNKNOWN_ERROR', 'Unknown error. Please see logs.'];
}
