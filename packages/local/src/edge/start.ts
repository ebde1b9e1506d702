import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { canonicalUserOf } from '#assembly/identity';
import type { Context, Service } from '#context';
import { perStack } from '#gateway/per-stack';
import { gatewayPrefix } from '#gateway/target';
import type { Credentials, Principal } from '#iam/access-keys';
import { functionUrlPrefix } from '#lambda/function-urls';
import { originBucket, sendFromBucket } from './bucket-origin.ts';
import { findBehavior, type Origin } from './distribution.ts';
import { replaceErrors } from './error-pages.ts';
import { originPrefix, rewriteForOrigin } from './origin.ts';
import { type EdgeDecision, type EdgeResponse, edgeResponse, readEdge, routeRequest } from './route-request.ts';

/**
 * Serves the template's CloudFront distribution: behaviours, their methods, policies and viewer-request functions, with the template's APIs,
 * function URLs and buckets as origins, and its error pages. It has no cache.
 * @throws BrokenStack when the template has a distribution that cannot be served locally
 */
export async function startEdge(
  context: Context,
  { gateway, functionUrls }: { gateway: Service; functionUrls: Service },
): Promise<Service & Required<Pick<Service, 'upgrade'>>> {
  const edge = perStack(context, (stack) => readEdge(stack, context.log));
  /** Keys with which buckets are asked: of the distribution, and of each origin access identity. */
  const issued = perStack(context, () => new Map<string, Credentials>());
  const credentials = ({ signed, identity }: Origin): Credentials | undefined => {
    if (!signed && identity === '') return undefined;
    const known = issued().get(identity);
    if (known) return known;
    const principal = identity === '' ? distributionPrincipal() : identityPrincipal(identity);
    const keys = context.keys.issue(principal);
    issued().set(identity, keys);
    return keys;
  };
  const distributionPrincipal = (): Principal => ({
    kind: 'service',
    arn: edge().distribution?.arn ?? '',
    service: 'cloudfront.amazonaws.com',
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    context.counters.count('edge.requests');
    const { distribution } = edge();
    const decision = await routeRequest(edge(), request, context.log);
    if (decision.kind === 'response') return send(response, decision, request.method);
    if (distribution && distribution.errorPages.size > 0) {
      replaceErrors(distribution.errorPages, request, response, async (path) => {
        const behavior = findBehavior(distribution, path);
        const viewerRequest = { ...decision.viewerRequest, method: 'GET', uri: path, querystring: {} };
        if (behavior) await askOrigin({ kind: 'origin', behavior, viewerRequest }, request, response);
      });
    }
    await askOrigin(decision, request, response);
  }

  async function askOrigin(
    { behavior, viewerRequest }: EdgeDecision & { kind: 'origin' },
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { origin } = behavior;
    const [prefix, bucket] = [originPrefix(origin), originBucket(origin)];
    for (const [name, value] of Object.entries(behavior.responseHeaders)) response.setHeader(name, value);
    response.setHeader('x-cache', 'Miss from cloudfront');
    if (prefix !== undefined) {
      rewriteForOrigin(request, { behavior, prefix, viewerRequest });
      await (prefix.startsWith(functionUrlPrefix) ? functionUrls : gateway).handle(request, response);
    } else if (bucket !== undefined && (viewerRequest.method === 'GET' || viewerRequest.method === 'HEAD')) {
      const path = `${origin.path.replace(/^\/_aws\/s3\/[^/]+/, '')}${viewerRequest.uri}`;
      const object = { bucket, path, compress: behavior.compress };
      await sendFromBucket(context, credentials(origin), object, request, response);
    } else {
      send(response, edgeResponse(502, `The origin ${origin.domainName} is not served locally.`), request.method);
    }
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    context.counters.count('edge.requests');
    const decision = await routeRequest(edge(), request, context.log);
    if (decision.kind === 'response') return rejectUpgrade(socket, decision);
    const prefix = originPrefix(decision.behavior.origin);
    if (!prefix?.startsWith(gatewayPrefix) || !gateway.upgrade)
      return rejectUpgrade(
        socket,
        edgeResponse(502, `The origin ${decision.behavior.origin.domainName} does not serve WebSockets.`),
      );
    rewriteForOrigin(request, { ...decision, prefix });
    gateway.upgrade(request, socket, head);
  }

  return {
    handle,
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      upgrade(request, socket, head).catch((error: unknown) => {
        context.log(`edge: ${String(error)}`);
        socket.destroy();
      });
    },
    stop: async () => undefined,
  };
}

/** An origin access identity, as bucket policies name it. */
function identityPrincipal(id: string): Principal {
  const arn = `arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ${id}`;
  return { kind: 'identity', arn, canonicalUser: canonicalUserOf(id) };
}

function send(response: ServerResponse, { status, headers, body }: EdgeResponse, method: string | undefined): void {
  response.writeHead(status, headers).end(method === 'HEAD' ? undefined : body);
}

function rejectUpgrade(socket: Duplex, { status, headers, body }: EdgeResponse): void {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  socket.write(
    [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, 'connection: close', '', ''].join('\r\n'),
  );
  socket.end(body);
}
