import { isByHand } from './admission.js';
import type { Asked, Obstacle } from './admission.js';
import type { EndpointGate, Waiter } from './endpoint-gate.js';
import type { LaneRoom } from './lane-room.js';

/** What comes free within this is waited for in memory: the way through the due store takes as long. */
const LONGEST_MS = 1_000;
const WAITERS_PER_SLOT = 4;
/** While others were put off, what comes for the first time leaves them half of the places. */
const FIRST_TURNS_PER_SLOT = 2;
/** What comes free this soon may hold up its lane: an endpoint that is fast is fed as fast as it takes, without the due store. */
const SOON_MS = 500;
/** A resend or a test waits this long. */
const BY_HAND_MS = 5_000;

/** The place where somebody would wait. */
export interface Queue {
  gate: EndpointGate;
  lane: LaneRoom;
  /** Requests that may be under way to the webhook at most. */
  cap: number;
  /** How far apart the webhook takes deliveries, in ms. */
  everyMs: number;
  /** How many wait before it. */
  before: number;
}

/** Until when a delivery waits in memory for its turn, in epoch ms; undefined if it must leave at once. */
export function waitUntil({ delivery }: Asked, obstacle: Obstacle, queue: Queue, nowMs: number): number | undefined {
  if (isByHand(delivery)) return nowMs + BY_HAND_MS;
  if (obstacle.cause === 'circuit' || obstacle.cause === 'backlog') return undefined;
  const expectedMs = expectedWaitMs(obstacle, queue, nowMs);
  const mayWait = isFedDirectly(expectedMs, queue, nowMs) || (expectedMs <= LONGEST_MS && hasPlace(delivery, expectedMs, queue, nowMs));
  return mayWait ? nowMs + LONGEST_MS : undefined;
}

/** Until when somebody whose time is over may stay because the endpoint answers and we are late; undefined if he must leave. */
export function stayUntil({ delivery }: Asked, obstacle: Obstacle, queue: Queue, nowMs: number): number | undefined {
  const answers = queue.gate.hasAnsweredSince(nowMs - LONGEST_MS);
  const mayStay = answers && !isByHand(delivery) && isFedDirectly(expectedWaitMs(obstacle, queue, nowMs), queue, nowMs);
  return mayStay ? nowMs + LONGEST_MS : undefined;
}

function expectedWaitMs({ readyAtMs }: Obstacle, { before, everyMs }: Queue, nowMs: number): number {
  return readyAtMs - nowMs + before * everyMs;
}

/** Nobody else is held up, and not for long: the lane stops pulling until there is room. */
function isFedDirectly(expectedMs: number, { lane }: Queue, nowMs: number): boolean {
  return expectedMs <= SOON_MS && lane.isOneAlone(nowMs);
}

function hasPlace({ organizationId, postponements }: Asked['delivery'], expectedMs: number, { gate, lane, cap, before }: Queue, nowMs: number): boolean {
  const yields = postponements === 0 && gate.backlog.isAhead(nowMs);
  if (before >= (yields ? FIRST_TURNS_PER_SLOT : WAITERS_PER_SLOT) * cap) return false;
  return !lane.isHalfFullOfWaiters || (expectedMs <= SOON_MS && lane.waiting.hasRoomFor(organizationId, 0));
}

/** Whether the obstacle goes away by itself at a time that is known. */
export function isTimed({ cause }: Obstacle): boolean {
  return cause === 'hold' || cause === 'rate';
}

/** Whether somebody who waits will not have his turn in time. */
export function isHopeless({ delivery, deadlineMs }: Waiter, obstacle: Obstacle): boolean {
  if (isByHand(delivery)) return false;
  return obstacle.cause === 'circuit' || (isTimed(obstacle) && obstacle.readyAtMs > deadlineMs);
}

/** Nobody overtakes those who wait for the same webhook. */
export function behindOthers(nowMs: number): Obstacle {
  return { cause: 'concurrency', reason: 'earlier deliveries to the webhook wait', readyAtMs: nowMs };
}
