import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Context, Service } from '#context';
import { perStack } from '#gateway/per-stack';
import { originBucket, sendFromBucket } from './bucket-origin.ts';
import { originApiId, rewriteForOrigin } from './origin.ts';
import { type EdgeResponse, edgeResponse, readEdge, routeRequest } from './route-request.ts';

/**
 * Serves the template's CloudFront distribution: behaviours, their methods, policies and viewer-request functions, with the template's APIs
 * and buckets as origins. It has no cache and no custom error responses.
 * @throws BrokenStack when the template has a distribution that cannot be served locally
 */
export async function startEdge(
  context: Context,
  { gateway }: { gateway: Service },
): Promise<Service & Required<Pick<Service, 'upgrade'>>> {
  const edge = perStack(context, (stack) => readEdge(stack, context.log));
  const credentials = perStack(context, () => {
    const arn = edge().distribution?.arn ?? '';
    return context.keys.issue({ kind: 'service', arn, service: 'cloudfront.amazonaws.com' });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const decision = await routeRequest(edge(), request, context.log);
    if (decision.kind === 'response') return send(response, decision, request.method);
    const { behavior, viewerRequest } = decision;
    const { origin } = behavior;
    const [apiId, bucket] = [originApiId(origin), originBucket(origin)];
    for (const [name, value] of Object.entries(behavior.responseHeaders)) response.setHeader(name, value);
    response.setHeader('x-cache', 'Miss from cloudfront');
    if (apiId !== undefined) {
      rewriteForOrigin(request, { behavior, apiId, viewerRequest });
      await gateway.handle(request, response);
    } else if (bucket !== undefined && (viewerRequest.method === 'GET' || viewerRequest.method === 'HEAD')) {
      const path = `${origin.path.replace(/^\/_aws\/s3\/[^/]+/, '')}${viewerRequest.uri}`;
      const object = { bucket, path, compress: behavior.compress };
      await sendFromBucket(context, origin.signed ? credentials() : undefined, object, request, response);
    } else {
      send(response, edgeResponse(502, `The origin ${origin.domainName} is not served locally.`), request.method);
    }
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const decision = await routeRequest(edge(), request, context.log);
    if (decision.kind === 'response') return rejectUpgrade(socket, decision);
    const apiId = originApiId(decision.behavior.origin);
    if (apiId === undefined || !gateway.upgrade)
      return rejectUpgrade(
        socket,
        edgeResponse(502, `The origin ${decision.behavior.origin.domainName} does not serve WebSockets.`),
      );
    rewriteForOrigin(request, { ...decision, apiId });
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
