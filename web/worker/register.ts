/** Of the page's own making alone: https://www.w3.org/TR/trusted-types/ */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(): string }): { createScriptURL(from: string): string };
}

declare const trustedTypes: TrustedTypes | undefined;

const address = '/sw.js';

/** @returns undefined where the browser has no workers, or does not let this page have one */
export async function registerWorker(): Promise<ServiceWorkerRegistration | undefined> {
  if (!('serviceWorker' in navigator)) return undefined;
  const policy =
    typeof trustedTypes === 'undefined'
      ? undefined
      : trustedTypes.createPolicy('parley', { createScriptURL: () => address });
  return navigator.serviceWorker.register(policy?.createScriptURL(address) ?? address).catch(() => undefined);
}
