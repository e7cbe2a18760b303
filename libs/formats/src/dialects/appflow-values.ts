const INTEGER = /^(?:0|[1-9]\d{0,15})$/;

/** Appflow's ids of automations, users, jobs and repositories are integers. An id that is none, or that a JSON number cannot hold, stays text. */
export function appflowId(id: string | undefined): number | string | undefined {
  return id !== undefined && INTEGER.test(id) && Number.isSafeInteger(Number(id)) ? Number(id) : id;
}

/** Appflow writes microseconds and UTC as an offset: `2018-08-24T14:49:01.462549+00:00`. */
export function appflowInstant(instant: string | undefined): string | undefined {
  return instant?.replace('Z', '+00:00');
}
