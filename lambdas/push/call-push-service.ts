import type { Outcome } from './push-job.ts';

/** ms; slower services are tried again later */
const requestTimeoutMs = 5_000;
/** Characters of a refusal that are worth a place in the log. */
const loggedCharacters = 300;

/** One request to a push service. Redirects are not followed: they would lead where no list allows. */
export async function callPushService(
  url: string,
  init: RequestInit,
  onRefusal: (response: Response) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(requestTimeoutMs) });
    if (!response.ok) return await onRefusal(response);
    // Read to its end, or its connection could not be used again.
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
