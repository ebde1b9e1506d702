/** The API and the path of a request. */
export interface Target {
  readonly apiId: string;
  /** Percent-encoded. Empty, or begins with `/`. */
  readonly path: string;
  /** Without the `?`. */
  readonly query: string;
}

export const gatewayPrefix = '/_aws/execute-api';

/** Reads `/_aws/execute-api/<apiId><path>?<query>`. Returns undefined for other URLs. */
export function readTarget(url: string): Target | undefined {
  const [, apiId, path = '', query = ''] = /^\/_aws\/execute-api\/([^/?]+)(\/[^?]*)?(?:\?(.*))?$/s.exec(url) ?? [];
  return apiId === undefined ? undefined : { apiId, path, query };
}
