import type { Outcome } from './push-job.ts';

/** A slower service is tried again later. */
const requestTimeoutMs = 5_000;
/** Characters of a refusal that are logged. */
const loggedCharacters = 300;

/** One request to a push service. It does not follow redirects, because they may lead to an address that the deployer does not allow. */
export async function callPushService(
  url: string,
  init: RequestInit,
  onRefusal: (response: Response) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(requestTimeoutMs) });
    if (!response.ok) return await onRefusal(response);
    // An answer that is not read to its end blocks its connection for other requests.
    await response.arrayBuffer();
    return { kind: 'sent' };
  } catch (error) {
    return { kind: 'failed', why: String(error), retryAfter: undefined };
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#field.retry-after: seconds, or a date */
export function failed(response: Response, said: string): Outcome {
  const text = response.headers.get('retry-after') ?? '';
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return {
    kind: 'failed',
    why: `answered ${response.status} ${said.slice(0, loggedCharacters)}`,
    retryAfter: Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined,
  };
}
