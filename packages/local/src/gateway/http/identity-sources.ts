import type { DescribedRequest, RoutedRequest } from './request-event.ts';

/**
 * The values of identity sources like `$request.header.Authorization`. Empty: the request lacks it. Names of headers are in any case.
 * Source: AWS, "Control access to HTTP APIs with AWS Lambda authorizers".
 */
export function identityValues(
  sources: readonly string[],
  described: DescribedRequest,
  { apiId, stage, found, requestId }: RoutedRequest,
): string[] {
  const variables: Readonly<Record<string, string>> = {
    accountId: described.accountId,
    apiId,
    domainName: described.domainName,
    domainPrefix: apiId,
    httpMethod: described.method,
    'identity.sourceIp': described.sourceIp,
    'identity.userAgent': described.userAgent,
    path: described.path,
    protocol: described.protocol,
    requestId,
    routeKey: found.route.key,
    stage: stage.name,
  };
  const valuesOf = (pairs: readonly (readonly [string, string])[], matches: (name: string) => boolean) =>
    pairs
      .filter(([name]) => matches(name))
      .map(([, value]) => value)
      .join(',');

  return sources.map((source) => {
    const [, kind, name = ''] =
      /^\$(request\.header|request\.querystring|context|stageVariables)\.(.+)$/.exec(source) ?? [];
    switch (kind) {
      case 'request.header':
        return valuesOf(described.headers, (header) => header.toLowerCase() === name.toLowerCase());
      case 'request.querystring':
        return valuesOf(described.parameters, (parameter) => parameter === name);
      case 'context':
        return variables[name] ?? '';
      case 'stageVariables':
        return stage.variables?.[name] ?? '';
      default:
        return '';
    }
  });
}
