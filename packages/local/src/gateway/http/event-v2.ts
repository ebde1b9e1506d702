import { type DescribedRequest, joined, type ServedRequest } from './request-event.ts';

/**
 * The request in payload format 2.0, for authorizers and integrations. Header names are in lower case, the values of a repeated name are
 * joined with commas, and cookies are separate. Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs".
 */
export function eventV2(described: DescribedRequest, { apiId, stage, found, requestId, query }: ServedRequest) {
  const { accountId, domainName, method, path, protocol, sourceIp, userAgent, time, timeEpoch } = described;
  const isCookie = ([name]: readonly [string, string]) => name.toLowerCase() === 'cookie';
  const cookies = described.headers
    .filter(isCookie)
    .flatMap(([, value]) => value.split(/;\s*/))
    .filter((cookie) => cookie !== '');
  const others = described.headers.filter((pair) => !isCookie(pair));
  return {
    version: '2.0',
    routeKey: found.route.key,
    rawPath: path,
    rawQueryString: query,
    cookies: cookies.length > 0 ? cookies : undefined,
    headers: joined(others.map(([name, value]) => [name.toLowerCase(), value])),
    queryStringParameters: query === '' ? undefined : joined(described.parameters),
    requestContext: {
      accountId,
      apiId,
      domainName,
      domainPrefix: apiId,
      http: { method, path, protocol, sourceIp, userAgent },
      requestId,
      routeKey: found.route.key,
      stage: stage.name,
      time,
      timeEpoch,
    },
    pathParameters: described.pathParameters,
    stageVariables: stage.variables,
  };
}
