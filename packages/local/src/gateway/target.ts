/** Which API a request is for, and what it asks of it. */
export interface Target {
  readonly apiId: string;
  /** As it came, percent-encoding and all; empty or beginning with `/`. */
  readonly path: string;
  /** Without the `?`; empty when there is none. */
  readonly query: string;
}

export const gatewayPrefix = '/_aws/execute-api';

/** Reads `/_aws/execute-api/<apiId><path>?<query>`. Other addresses give `undefined`. */
export function readTarget(url: string): Target | undefined {
  const [, apiId, path = '', query = ''] = /^\/_aws\/execute-api\/([^/?]+)(\/[^?]*)?(?:\?(.*))?$/s.exec(url) ?? [];
  return apiId === undefined ? undefined : { apiId, path, query };
}

/** Percent-decoding that leaves a malformed sequence as it came. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
