/** One page of a list; the cursor of the last is null. */
export interface Page<Item> {
  data: Item[];
  nextCursor: string | null;
}

export interface Paging {
  limit: number;
  cursor?: string | undefined;
}

/** The page among rows of which one more than the limit was asked for, and its last row if another page follows. */
export function pageOf<Row>(rows: readonly Row[], limit: number): { page: Row[]; last: Row | undefined } {
  const page = rows.slice(0, limit);
  return { page, last: rows.length > limit ? page.at(-1) : undefined };
}
