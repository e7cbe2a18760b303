/** Cuts a list into runs of at most `limit` bytes together; what is larger by itself is a run of its own. */
export function* portions<Item>(items: readonly Item[], bytesOf: (item: Item) => number, limit: number): Generator<Item[]> {
  let portion: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    if (portion.length > 0 && bytes + size > limit) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(item);
    bytes += size;
  }
  if (portion.length > 0) yield portion;
}
