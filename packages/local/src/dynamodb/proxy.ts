import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { ZodError } from 'zod';
import type { Context } from '../context.ts';
import { verifySignature } from '../iam/signature.ts';
import { askForCapacity, askForStanding, countCapacity, countRefusal } from './capacity.ts';
import { type EngineClient, errorOf } from './engine-client.ts';
import { isWrite, type Need, needsOf } from './operations.ts';
import { readBody } from './read-body.ts';
import * as refusals from './refusals.ts';

const largestRequest = 16 * 1024 * 1024;
const target = 'DynamoDB_20120810.';

/**
 * DynamoDB's public side: who is it, may they, then the engine. Whatever is refused is refused before the engine hears of it.
 * @param onWrite called after every successful write
 */
export function createProxy(context: Context, engine: EngineClient, onWrite: () => void) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, largestRequest);
    if (!body) return refuse(response, refusals.tooLarge);
    const signature = await verifySignature(
      { method: request.method ?? '', url: request.url ?? '', headers: request.headers, payload: { body } },
      { service: 'dynamodb', region: context.stack.region, keys: context.keys, now: () => context.clock.now() },
    );
    if (!signature.ok) return refuse(response, refusals.unsigned(signature));
    const { principal } = signature;

    const called = String(request.headers['x-amz-target'] ?? '');
    const operation = called.startsWith(target) ? called.slice(target.length) : '';
    const input = parseObject(body);
    if (!input) return refuse(response, refusals.notJson);

    const needs = tryNeeds(operation, input, `arn:aws:dynamodb:${context.stack.region}:${context.stack.account}:table`);
    if (needs === undefined) return refuse(response, refusals.unknownOperation(operation || called));
    if (needs === 'invalid') {
      return refuse(response, refusals.invalid('1 validation error detected: the request names no table'));
    }
    for (const { action, resource } of needs) {
      const decision = context.policies.authorize(principal, action, resource);
      if (!decision.allowed) return refuse(response, refusals.accessDenied(decision.message));
    }

    context.counters.count(`dynamodb.${operation}`);
    const asked = askForCapacity(operation, input);
    const standing = askForStanding(operation, asked?.input ?? input);
    try {
      const answer = await engine.send(called, JSON.stringify(standing?.input ?? asked?.input ?? input));
      if (answer.status !== 200) {
        const error = parseObject(answer.body);
        const { name } = errorOf(error);
        context.counters.count(`dynamodb.error:${name}`);
        const told =
          error && standing && name === 'ConditionalCheckFailedException'
            ? countRefusal(error, {
                ...{ operation, tableName: String(Reflect.get(input, 'TableName')), wanted: standing.wanted },
                ...{ principal, counters: context.counters },
              })
            : answer.body;
        return send(response, answer.status, told, answer.requestId);
      }
      if (isWrite(operation)) onWrite();
      const told = asked
        ? countCapacity(answer.body, { operation, wanted: asked.wanted, principal, counters: context.counters })
        : Buffer.from(withLocalArns(answer.body.toString(), context));
      return send(response, 200, told, answer.requestId);
    } catch (error) {
      return refuse(response, refusals.unavailable(`the table's engine does not answer (${String(error)})`));
    }
  };
}

function tryNeeds(operation: string, input: object, tablesArn: string): Need[] | 'invalid' | undefined {
  try {
    return needsOf(operation, input, tablesArn);
  } catch (error) {
    if (error instanceof ZodError) return 'invalid';
    throw error;
  }
}

/** Engines have a region of their own in the ARNs of tables and streams. Only table operations return any. */
function withLocalArns(text: string, { stack }: Context): string {
  return text.replaceAll(
    /arn:aws:dynamodb:(?:dynoxide|ddblocal):\d{12}:/g,
    `arn:aws:dynamodb:${stack.region}:${stack.account}:`,
  );
}

function parseObject(body: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, refusal: refusals.Refusal): void {
  send(response, refusal.status, Buffer.from(JSON.stringify(refusal.body)), undefined);
}

function send(response: ServerResponse, status: number, body: Buffer, requestId: string | undefined): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': body.length,
    // Some SDKs check it against the body, so the engine's own does not do once the body was changed.
    'x-amz-crc32': crc32(body),
    'x-amzn-requestid': requestId ?? randomUUID(),
  });
  response.end(body);
}
