import type { DescribedRequest, ServedRequest } from './request-event.ts';

/** Who signed the request: `requestContext.identity`. */
export interface CallerIdentity {
  readonly accessKey: string;
  readonly accountId: string;
  readonly caller: string;
  readonly user: string;
  readonly userArn: string;
}

const nobody = { accessKey: null, accountId: null, caller: null, user: null, userArn: null };

/**
 * The request in payload format 1.0, that of REST APIs, for authorizers and integrations. Header names are as the client wrote them. Of a
 * repeated name the single value is the last one. Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs".
 */
export function eventV1(
  described: DescribedRequest,
  { apiId, stage, found, requestId }: ServedRequest,
  caller?: CallerIdentity,
) {
  const { accountId, domainName, method, path, protocol, sourceIp, userAgent, time, timeEpoch } = described;
  const resource = found.route.path || found.route.key;
  return {
    version: '1.0',
    resource,
    path,
    httpMethod: method,
    headers: Object.fromEntries(described.headers),
    multiValueHeaders: grouped(described.headers),
    queryStringParameters: described.parameters.length > 0 ? Object.fromEntries(described.parameters) : null,
    multiValueQueryStringParameters: described.parameters.length > 0 ? grouped(described.parameters) : null,
    requestContext: {
      accountId,
      apiId,
      domainName,
      domainPrefix: apiId,
      extendedRequestId: requestId,
      httpMethod: method,
      identity: {
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        ...(caller ?? nobody),
        sourceIp,
        userAgent,
      },
      path,
      protocol,
      requestId,
      requestTime: time,
      requestTimeEpoch: timeEpoch,
      resourceId: found.route.key,
      resourcePath: resource,
      stage: stage.name,
    },
    pathParameters: described.pathParameters ?? null,
    stageVariables: stage.variables ?? null,
  };
}

function grouped(pairs: readonly (readonly [name: string, value: string])[]): Record<string, string[]> {
  const all = new Map<string, string[]>();
  for (const [name, value] of pairs) all.set(name, [...(all.get(name) ?? []), value]);
  return Object.fromEntries(all);
}
