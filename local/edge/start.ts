import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Stack } from '#local/assembly/stack';
import type { Context, Service } from '#local/context';
import { newId } from '#local/gateway/ids';
import { perStack } from '#local/gateway/per-stack';
import { sourceIpOf } from '#local/gateway/request-headers';
import { type Behavior, type Distribution, findBehavior, readDistribution } from './distribution.ts';
import { type EdgeFunction, edgeFunction } from './edge-function.ts';
import { apiOf, sendOn } from './origin.ts';
import { readViewerRequest, type ViewerRequest } from './viewer-request.ts';

/** Where a request goes, or what is answered at once. */
type Passage =
  | { readonly kind: 'origin'; readonly behavior: Behavior; readonly apiId: string; readonly asked: ViewerRequest }
  | Answer;

interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

const say = (status: number, message: string, xCache = 'Error from cloudfront'): Answer => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'text/plain;charset=UTF-8', 'x-cache': xCache },
  body: Buffer.from(`${message}\n`),
});

/**
 * The template's CloudFront distribution: behaviours, their methods, policies and viewer-request functions, with the template's APIs as
 * origins. Nothing is cached.
 * @throws BrokenStack when the template has a distribution that cannot be served locally
 */
export async function startEdge(
  context: Context,
  { gateway }: { gateway: Service },
): Promise<Service & Required<Pick<Service, 'upgrade'>>> {
  const edge = perStack(context, (stack) => readEdge(stack, context.log));

  async function passageOf(request: IncomingMessage): Promise<Passage> {
    const { distribution, functions } = edge();
    const viewer = readViewerRequest(request);
    const behavior = distribution && findBehavior(distribution, viewer.uri);
    if (!distribution || !behavior) return say(404, 'The template has no CloudFront distribution.');
    if (!behavior.methods.includes(viewer.method))
      return say(403, 'This distribution is not configured to allow the HTTP request method.');
    const rooted = viewer.uri === '/' && distribution.rootObject !== '';
    let asked: ViewerRequest = rooted ? { ...viewer, uri: `/${distribution.rootObject}` } : viewer;
    const run = functions.get(behavior);
    if (run) {
      const outcome = await run(asked, { ip: sourceIpOf(request), requestId: newId() });
      if (outcome.kind === 'failed') {
        context.log(`edge: the viewer-request function failed: ${outcome.message}`);
        return say(503, 'The CloudFront function failed.', 'FunctionExecutionError from cloudfront');
      }
      if (outcome.kind === 'response') return { ...outcome, kind: 'answer' };
      asked = outcome.request;
    }
    const apiId = apiOf(behavior.origin);
    if (apiId === undefined) return say(502, `The origin ${behavior.origin.domainName} is not served locally.`);
    return { kind: 'origin', behavior, apiId, asked };
  }

  return {
    async handle(request, response) {
      const passage = await passageOf(request);
      if (passage.kind === 'origin') {
        response.setHeader('x-cache', 'Miss from cloudfront');
        sendOn(request, passage);
        await gateway.handle(request, response);
      } else {
        response.writeHead(passage.status, passage.headers).end(request.method === 'HEAD' ? undefined : passage.body);
      }
    },
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      void passageOf(request).then((passage) => {
        if (passage.kind === 'origin') {
          sendOn(request, passage);
          gateway.upgrade?.(request, socket, head);
        } else {
          const { status, headers, body } = passage;
          const lines = Object.entries(headers).flatMap(([name, value]) =>
            [value].flat().map((one) => `${name}: ${one}`),
          );
          socket.write(
            [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, 'connection: close', '', ''].join('\r\n'),
          );
          socket.end(body);
        }
      });
    },
    stop: async () => undefined,
  };
}

interface Edge {
  readonly distribution: Distribution | undefined;
  readonly functions: ReadonlyMap<Behavior, EdgeFunction>;
}

function readEdge(stack: Stack, log: Context['log']): Edge {
  const distribution = readDistribution(stack);
  const functions = new Map<Behavior, EdgeFunction>();
  for (const behavior of distribution?.behaviors ?? []) {
    if (distribution && behavior.viewerRequest !== undefined)
      functions.set(behavior, edgeFunction(behavior.viewerRequest, distribution, log));
  }
  return { distribution, functions };
}
