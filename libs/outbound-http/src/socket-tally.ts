/** How many connections a client has, to all origins together. */
export class SocketTally {
  count = 0;

  constructor(readonly max: number) {}

  /** Then connections are closed after their request instead of kept; none is refused, since each request has but one. */
  get isOver(): boolean {
    return this.count > this.max;
  }
}
