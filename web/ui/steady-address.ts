/** A signed address works for an hour. This leaves time to load it. */
const keptMs = 50 * 60_000;

const known = new Map<string, { readonly address: string; readonly at: number }>();

/** The first signed address of a file, as long as it works: each answer signs anew, and a browser would load the file again. */
export function steadyAddress(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const [file = ''] = address.split('?');
  const earlier = known.get(file);
  if (earlier && Date.now() - earlier.at < keptMs) return earlier.address;
  known.set(file, { address, at: Date.now() });
  return address;
}
