/** https://www.w3.org/TR/trusted-types/; TypeScript's DOM types do not have it. */
declare const trustedTypes:
  | { createPolicy(name: string, rules: { createScriptURL(): string }): { createScriptURL(from: string): string } }
  | undefined;

const address = '/sw.js';

/** @returns undefined if the browser has no service workers, or blocks this one */
export async function registerWorker(): Promise<ServiceWorkerRegistration | undefined> {
  if (!('serviceWorker' in navigator)) return undefined;
  const policy =
    typeof trustedTypes === 'undefined'
      ? undefined
      : trustedTypes.createPolicy('parley', { createScriptURL: () => address });
  return navigator.serviceWorker.register(policy?.createScriptURL(address) ?? address).catch(() => undefined);
}
