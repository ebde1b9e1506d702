/**
 * The services that browsers are pushed through, as origins; `*.` stands for any names below the host. A subscription's address comes from
 * its user and is posted to from inside the account, so that it must be one of these, or of those that the deployer names instead.
 * Source: what PushManager.subscribe() gives in Chrome and Edge on Android, Firefox, Edge, Safari.
 */
export const knownPushServices = [
  'https://fcm.googleapis.com',
  'https://*.push.services.mozilla.com',
  'https://*.notify.windows.com',
  'https://*.push.apple.com',
] as const;

/** Is this the address of one of these services? Without a user, a password or another port in it. */
export function isPushEndpoint(address: string, services: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return services.some((service) => {
    const [before = '', after] = service.split('*');
    // The host ends with what stands behind the star, which begins with its dot.
    return after === undefined ? origin === before : origin.startsWith(before) && origin.endsWith(after);
  });
}
