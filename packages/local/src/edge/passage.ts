import type { IncomingMessage } from 'node:http';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import type { Context } from '#context';
import { newId } from '#gateway/ids';
import { sourceIpOf } from '#gateway/request-headers';
import { type Behavior, type Distribution, findBehavior, readDistribution } from './distribution.ts';
import { type EdgeFunction, edgeFunction } from './edge-function.ts';
import { readViewerRequest, type ViewerRequest } from './viewer-request.ts';

/** Where a request goes, or what is answered at once. */
export type Passage = { readonly kind: 'origin'; readonly behavior: Behavior; readonly asked: ViewerRequest } | Answer;

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** The distribution with its functions, by their code. */
export interface Edge {
  readonly distribution: Distribution | undefined;
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

/** An answer of the edge itself. */
export function say(status: number, message: string, xCache = 'Error from cloudfront'): Answer {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'text/plain;charset=UTF-8', 'x-cache': xCache },
    body: Buffer.from(`${message}\n`),
  };
}

/** Behaviour, its methods, its viewer-request function. */
export async function passageOf(
  { distribution, functions }: Edge,
  request: IncomingMessage,
  log: Context['log'],
): Promise<Passage> {
  const viewer = readViewerRequest(request);
  const behavior = distribution && findBehavior(distribution, viewer.uri);
  if (!distribution || !behavior) return say(404, 'The template has no CloudFront distribution.');
  if (!behavior.methods.includes(viewer.method))
    return say(403, 'This distribution is not configured to allow the HTTP request method.');
  const rooted = viewer.uri === '/' && distribution.rootObject !== '';
  const asked = rooted ? { ...viewer, uri: `/${distribution.rootObject}` } : viewer;
  const run = functions.get(behavior.viewerRequest ?? '');
  if (!run) return { kind: 'origin', behavior, asked };
  const outcome = await run(asked, { ip: sourceIpOf(request), requestId: newId() });
  if (outcome.kind === 'request') return { kind: 'origin', behavior, asked: outcome.request };
  if (outcome.kind === 'response') return { ...outcome, kind: 'answer' };
  log(`edge: the viewer-request function failed: ${outcome.message}`);
  return say(503, 'The CloudFront function failed.', 'FunctionExecutionError from cloudfront');
}
