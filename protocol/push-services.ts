/**
 * The push services of browsers, as origins. `*.` stands for any names below the host. The address of a subscription comes from its user, and
 * functions inside the account post to it. So it must belong to one of these services, or to one that the deployer names instead.
 * Source: what PushManager.subscribe() gives in Chrome and Edge on Android, Firefox, Edge, Safari.
 */
export const knownPushServices = [
  'https://fcm.googleapis.com',
  'https://*.push.services.mozilla.com',
  'https://*.notify.windows.com',
  'https://*.push.apple.com',
] as const;

/** Whether this is the address of one of these services. It must have no user, no password and no other port. */
export function isPushEndpoint(address: string, services: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return services.some((service) => {
    const [before = '', after] = service.split('*');
    // The host ends with the part after the star, which begins with a dot.
    return after === undefined ? origin === before : origin.startsWith(before) && origin.endsWith(after);
  });
}
