import { ProblemError } from '@buildwire/contracts';
import type { Filter } from '@buildwire/contracts';
import { filterFaults } from '@buildwire/filters';

/** Throws a {@link ProblemError} `invalid_request` that says where a filter, well formed, cannot be used. */
export function checkFilter(filter: Filter | null | undefined): void {
  const faults = filterFaults(filter ?? {});
  if (faults.length > 0) throw new ProblemError('invalid_request', undefined, faults.map(({ pointer, detail }) => ({ pointer: `/filter${pointer}`, detail })));
}
