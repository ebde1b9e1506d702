/**
 * The conversations that this process has found to be large. In a large one nobody is told of another's connection, so connections to it need
 * not wait for each other. To forget this, or to know it late, costs only time.
 */
const large = new Set<string>();

export function isKnownLarge(conversation: string): boolean {
  return large.has(conversation);
}

export function noteSize(conversation: string, isLarge: boolean): void {
  if (isLarge) large.add(conversation);
  else large.delete(conversation);
}
