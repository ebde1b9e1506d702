/** A room name from what the user typed: small letters, digits and `. _ -`, 1 to 64; undefined if nothing usable was typed. */
export function roomName(typed: string): string | undefined {
  const name = typed
    .trim()
    .replace(/^#+/, '')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
  return name === '' ? undefined : name;
}
