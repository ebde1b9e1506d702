import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Context, Service } from '#context';
import { perStack } from '#gateway/per-stack';
import { bucketOf, sendFromBucket } from './bucket-origin.ts';
import { apiOf, sendOn } from './origin.ts';
import { type Answer, passageOf, readEdge, say } from './passage.ts';

/**
 * The template's CloudFront distribution: behaviours, their methods, policies and viewer-request functions, with the template's APIs and
 * buckets as origins. Nothing is cached, and custom error responses are not made.
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
    const passage = await passageOf(edge(), request, context.log);
    if (passage.kind === 'answer') return send(response, passage, request.method);
    const { behavior, asked } = passage;
    const { origin } = behavior;
    const [apiId, bucket] = [apiOf(origin), bucketOf(origin)];
    for (const [name, value] of Object.entries(behavior.responseHeaders)) response.setHeader(name, value);
    response.setHeader('x-cache', 'Miss from cloudfront');
    if (apiId !== undefined) {
      sendOn(request, { behavior, apiId, asked });
      await gateway.handle(request, response);
    } else if (bucket !== undefined && (asked.method === 'GET' || asked.method === 'HEAD')) {
      const path = `${origin.path.replace(/^\/_aws\/s3\/[^/]+/, '')}${asked.uri}`;
      const object = { bucket, path, compress: behavior.compress };
      await sendFromBucket(context, origin.signed ? credentials() : undefined, object, request, response);
    } else {
      send(response, say(502, `The origin ${origin.domainName} is not served locally.`), request.method);
    }
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const passage = await passageOf(edge(), request, context.log);
    if (passage.kind === 'answer') return refuse(socket, passage);
    const apiId = apiOf(passage.behavior.origin);
    if (apiId === undefined || !gateway.upgrade)
      return refuse(socket, say(502, `The origin ${passage.behavior.origin.domainName} speaks no WebSocket.`));
    sendOn(request, { ...passage, apiId });
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

function send(response: ServerResponse, { status, headers, body }: Answer, method: string | undefined): void {
  response.writeHead(status, headers).end(method === 'HEAD' ? undefined : body);
}

function refuse(socket: Duplex, { status, headers, body }: Answer): void {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  socket.write(
    [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, 'connection: close', '', ''].join('\r\n'),
  );
  socket.end(body);
}
