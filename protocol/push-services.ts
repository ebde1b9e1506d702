/**
 * Origins of the push services of browsers; `*.` stands for any subdomain. A subscription's address comes from a user, and the account posts to
 * it, so it must belong to one of these, or to those that the deployer names instead.
 * Source: the addresses that PushManager.subscribe() gives in Chrome and Edge on Android, Firefox, Edge, Safari.
 */
export const knownPushServices = [
  'https://fcm.googleapis.com',
  'https://*.push.services.mozilla.com',
  'https://*.notify.windows.com',
  'https://*.push.apple.com',
] as const;

/** Does the address belong to one of these services? It must have no user, no password and no other port. */
export function isPushEndpoint(address: string, services: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return services.some((service) => {
    const [before = '', after] = service.split('*');
    // The part after the star begins with a dot.
    return after === undefined ? origin === before : origin.startsWith(before) && origin.endsWith(after);
  });
}
