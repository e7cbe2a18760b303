import type { Event, Job, JobState } from '@buildwire/contracts';
import { epochOf, secondsBetween } from './epoch.js';
import { nullWhenUnknown } from './null-when-unknown.js';
import { vendorFields } from './vendor-fields.js';

const STATUS: Record<JobState, string> = {
  created: 'queued',
  queued: 'queued',
  pending: 'pending',
  running: 'in_progress',
  succeeded: 'succeeded',
  failed: 'failed',
  timed_out: 'timed_out',
  rejected: 'rejected',
  canceled: 'canceled',
};

/** The data of `job_created` and `job_finished`. */
export function capawesomeJob(event: Event): Record<string, unknown> | undefined {
  const { app, build, deployment, job, organization } = event;
  if (job === undefined) return undefined;
  const { times, seconds } = clockOf(event, job);
  return nullWhenUnknown({
    id: job.id,
    appBuildId: job.buildId ?? build?.id,
    appDeploymentId: job.deploymentId ?? deployment?.id,
    appId: app.id,
    canceledAt: times.canceledAt,
    canceledBy: cancelerOf(event, job),
    finishedAt: times.finishedAt,
    inProgressAt: times.inProgressAt,
    inProgressTimeInSeconds: seconds.inProgress,
    organizationId: vendorFields(event, 'capawesome')['organizationId'] ?? organization.id,
    pendingAt: times.pendingAt,
    pendingTimeInSeconds: seconds.pending,
    queuedAt: times.queuedAt,
    queueTimeInSeconds: seconds.queue,
    stack: job.stack ?? build?.stack,
    status: statusOf(event, job),
    totalTimeInSeconds: seconds.total,
    createdAt: times.createdAt,
    createdBy: creatorOf(event, job),
  });
}

/** Each duration is floored on its own, so the parts need not add up to the total. */
function clockOf(event: Event, job: Job) {
  const { createdAt, finishedAt, canceledAt } = edgesOf(event, job);
  const queuedAt = epochOf(job.timing?.queuedAt);
  const pendingAt = epochOf(job.timing?.pendingAt);
  const inProgressAt = epochOf(job.timing?.startedAt);
  return {
    times: { createdAt, queuedAt, pendingAt, inProgressAt, finishedAt, canceledAt },
    seconds: {
      queue: secondsBetween(queuedAt, pendingAt ?? inProgressAt),
      pending: secondsBetween(pendingAt, inProgressAt),
      inProgress: secondsBetween(inProgressAt, finishedAt),
      total: secondsBetween(createdAt, finishedAt),
    },
  };
}

/** The event happened when the job was created or ended, so its time stands in for the one that was not given. A canceled job ended when it was canceled. */
function edgesOf({ type, occurredAt }: Event, { state, timing = {} }: Job) {
  const finishedAt = timing.finishedAt ?? timing.canceledAt ?? (type === 'job.finished' ? occurredAt : undefined);
  return {
    createdAt: epochOf(timing.createdAt ?? (type === 'job.created' ? occurredAt : undefined)),
    finishedAt: epochOf(finishedAt),
    canceledAt: epochOf(timing.canceledAt ?? (state === 'canceled' ? finishedAt : undefined)),
  };
}

/** A job that is new waits in the queue, unless it went past it. */
function statusOf({ type }: Event, { state, timing = {} }: Job): string {
  const known = state ?? (type === 'job.created' ? 'created' : 'succeeded');
  if (known === 'created' && timing.pendingAt !== undefined && timing.queuedAt === undefined) return STATUS.pending;
  return STATUS[known];
}

function cancelerOf({ actor }: Event, { state, canceler }: Job): string | undefined {
  return canceler?.id ?? (state === 'canceled' ? actor?.id : undefined);
}

function creatorOf({ type, actor }: Event, { initiator }: Job): string | undefined {
  return initiator?.id ?? (type === 'job.created' ? actor?.id : undefined);
}
