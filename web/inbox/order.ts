/**
 * The present list in the order in which it was shown, so that nothing moves under a pointer; what is new comes last, where it moves nothing.
 * @param shown ids as they stand on the screen
 */
export function inShownOrder<Row extends { readonly id: string }>(
  rows: readonly Row[],
  shown: readonly string[],
): Row[] {
  const places = new Map(shown.map((id, place) => [id, place]));
  const known = rows.filter(({ id }) => places.has(id));
  known.sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
  return [...known, ...rows.filter(({ id }) => !places.has(id))];
}
