import { statesOf, subjectKindOf } from '@buildwire/contracts';
import type { BuildState, OperationalEventType, ProducedEvent, ProducedEventType } from '@buildwire/contracts';

/** How an outcome looks, in each target's own terms. The colour is never the only sign: there is an emoji and a word. */
export interface Look {
  emoji: string;
  /** The emoji as Slack spells it. */
  shortcode: string;
  /** 24 bits, red first. */
  color: number;
  /** The style of an Adaptive Card's container. */
  style: 'good' | 'attention' | 'warning' | 'accent' | 'emphasis';
}

export interface Outcome {
  /** Our own words: nothing in it comes from the event. */
  title: string;
  look: Look;
  /** Something failed: the only outcomes that may ping. */
  failed: boolean;
}

const GREEN = 0x2eb67d;
const RED = 0xe01e5a;
const YELLOW = 0xecb22e;
const BLUE = 0x1264a3;
const GREY = 0x868e96;

const created: Look = { emoji: '🆕', shortcode: ':new:', color: BLUE, style: 'accent' };
const queued: Look = { emoji: '⏳', shortcode: ':hourglass_flowing_sand:', color: GREY, style: 'emphasis' };
const running: Look = { emoji: '🔨', shortcode: ':hammer:', color: YELLOW, style: 'warning' };
const succeeded: Look = { emoji: '✅', shortcode: ':white_check_mark:', color: GREEN, style: 'good' };
const failed: Look = { emoji: '❌', shortcode: ':x:', color: RED, style: 'attention' };
const timedOut: Look = { emoji: '⏱️', shortcode: ':stopwatch:', color: RED, style: 'attention' };
const canceled: Look = { emoji: '🚫', shortcode: ':no_entry_sign:', color: GREY, style: 'emphasis' };
const superseded: Look = { emoji: '⏭️', shortcode: ':black_right_pointing_double_triangle_with_vertical_bar:', color: GREY, style: 'emphasis' };
const deploying: Look = { emoji: '🚀', shortcode: ':rocket:', color: BLUE, style: 'accent' };
const rollingOut: Look = { emoji: '🚀', shortcode: ':rocket:', color: YELLOW, style: 'warning' };
const deployed: Look = { emoji: '🎉', shortcode: ':tada:', color: GREEN, style: 'good' };

const failing: Look = { emoji: '⚠️', shortcode: ':warning:', color: YELLOW, style: 'warning' };
const opened: Look = { emoji: '🔌', shortcode: ':electric_plug:', color: YELLOW, style: 'warning' };
const disabled: Look = { emoji: '⛔', shortcode: ':no_entry:', color: RED, style: 'attention' };

/** A circuit mends itself, so it pings nobody. */
export const operationalOutcomes: Record<OperationalEventType, Outcome> = {
  'webhook.failing': { title: 'Webhook failing', look: failing, failed: true },
  'webhook.disabled': { title: 'Webhook disabled', look: disabled, failed: true },
  'webhook.circuit.opened': { title: 'Webhook circuit opened', look: opened, failed: false },
  'webhook.circuit.closed': { title: 'Webhook circuit closed', look: succeeded, failed: false },
  'delivery.exhausted': { title: 'Delivery exhausted', look: failed, failed: true },
};

type Failure = 'failed' | 'timed_out' | 'rejected';

/** How something went wrong matters more than the type of the event, which is the same for all three. */
const failures: Record<Failure, { word: string; look: Look }> = {
  failed: { word: 'failed', look: failed },
  timed_out: { word: 'timed out', look: timedOut },
  rejected: { word: 'rejected', look: failed },
};
const nouns = { build: 'Build', job: 'Job', deployment: 'Deployment' };

const outcomes: Record<ProducedEventType, Omit<Outcome, 'failed'>> = {
  'build.created': { title: 'Build created', look: created },
  'build.queued': { title: 'Build queued', look: queued },
  'build.started': { title: 'Build running', look: running },
  'build.finished': { title: 'Build complete', look: succeeded },
  'build.failed': { title: 'Build failed', look: failed },
  'build.canceled': { title: 'Build canceled', look: canceled },
  'build.superseded': { title: 'Build superseded', look: superseded },
  'job.created': { title: 'Job created', look: created },
  'job.queued': { title: 'Job queued', look: queued },
  'job.started': { title: 'Job running', look: running },
  'job.finished': { title: 'Job succeeded', look: succeeded },
  'deployment.created': { title: 'Deploying', look: deploying },
  'deployment.started': { title: 'Deployment running', look: rollingOut },
  'deployment.finished': { title: 'Deployed', look: deployed },
  'deployment.failed': { title: 'Deployment failed', look: failed },
  'deployment.canceled': { title: 'Deployment canceled', look: canceled },
};

export function outcomeOf(event: ProducedEvent): Outcome {
  const state = stateOf(event);
  if (isFailure(state)) {
    const { word, look } = failures[state];
    return { title: `${nouns[subjectKindOf(event.type)]} ${word}`, look, failed: true };
  }
  if (event.type === 'job.finished' && state === 'canceled') return { title: 'Job canceled', look: canceled, failed: false };
  return { failed: false, ...outcomes[event.type] };
}

/** The state of what the event is about; the type's own if the event does not say. */
export function stateOf(event: ProducedEvent): BuildState | undefined {
  return event[subjectKindOf(event.type)]?.state ?? statesOf(event.type)[0];
}

function isFailure(state: BuildState | undefined): state is Failure {
  return state !== undefined && Object.hasOwn(failures, state);
}
