import type { IncomingMessage } from 'node:http';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import type { Context } from '#context';
import { newId } from '#gateway/ids';
import { sourceIpOf } from '#gateway/request-headers';
import { type Behavior, type Distribution, findBehavior, readDistribution } from './distribution.ts';
import { type EdgeFunction, edgeFunction } from './edge-function.ts';
import { readViewerRequest, type ViewerRequest } from './viewer-request.ts';

/** The edge sends a request to an origin, or responds itself. */
export type EdgeDecision =
  | { readonly kind: 'origin'; readonly behavior: Behavior; readonly viewerRequest: ViewerRequest }
  | EdgeResponse;

export interface EdgeResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

export interface Edge {
  readonly distribution: Distribution | undefined;
  /** The viewer-request functions by their code. */
  readonly functions: ReadonlyMap<string, EdgeFunction>;
}

/** @throws BrokenStack */
export function readEdge(stack: Stack, log: Context['log']): Edge {
  const distribution = readDistribution(stack);
  const functions = new Map<string, EdgeFunction>();
  for (const { viewerRequest: code } of distribution?.behaviors ?? []) {
    if (!distribution || code === undefined || functions.has(code)) continue;
    try {
      functions.set(code, edgeFunction(code, distribution, log));
    } catch (error) {
      throw new BrokenStack(`unable to run a CloudFront function; ${String(error)}`);
    }
  }
  return { distribution, functions };
}

export function edgeResponse(status: number, message: string, xCache = 'Error from cloudfront'): EdgeResponse {
  return {
    kind: 'response',
    status,
    headers: { 'content-type': 'text/plain;charset=UTF-8', 'x-cache': xCache },
    body: Buffer.from(`${message}\n`),
  };
}

/** Finds the behaviour, checks the method, and runs the viewer-request function. */
export async function routeRequest(
  { distribution, functions }: Edge,
  request: IncomingMessage,
  log: Context['log'],
): Promise<EdgeDecision> {
  const viewer = readViewerRequest(request);
  const behavior = distribution && findBehavior(distribution, viewer.uri);
  if (!distribution || !behavior) return edgeResponse(404, 'The template has no CloudFront distribution.');
  if (!behavior.methods.includes(viewer.method))
    return edgeResponse(403, 'This distribution is not configured to allow the HTTP request method.');
  const viewerRequest = viewer.uri === '/' ? { ...viewer, uri: `/${distribution.rootObject}` } : viewer;
  const run = functions.get(behavior.viewerRequest ?? '');
  if (!run) return { kind: 'origin', behavior, viewerRequest };
  const outcome = await run(viewerRequest, { ip: sourceIpOf(request), requestId: newId() });
  if (outcome.kind === 'request') return { kind: 'origin', behavior, viewerRequest: outcome.request };
  if (outcome.kind === 'response') return outcome;
  log(`edge: the viewer-request function failed: ${outcome.message}`);
  return edgeResponse(503, 'The CloudFront function failed.', 'FunctionExecutionError from cloudfront');
}
