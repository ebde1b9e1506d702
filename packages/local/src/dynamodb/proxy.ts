import { crc32 } from 'node:zlib';
import type { Answering } from '#answer';
import { AwsError } from '#aws-json/aws-error';
import { parseObject, serveAwsJson } from '#aws-json/serve-aws-json';
import type { Context } from '#context';
import { createBackups } from './backups.ts';
import { askForCapacity, countCapacity, countFailedCondition } from './capacity.ts';
import { type EngineClient, errorOf } from './engine-client.ts';
import { accessDenied, common, invalid, unavailable, unsigned } from './errors.ts';
import { createDisturbance } from './faults/disturb.ts';
import { isWrite, permissionsFor } from './operations.ts';
import { recordRequest } from './table-metrics.ts';
import { refuseUnreadable } from './unreadable-expressions.ts';

/**
 * DynamoDB's public side: checks signature and permissions, then passes the request to the engine.
 * @param options.onWrite called after every successful write
 * @param options.pid of the engine, for a fault; undefined when it runs elsewhere
 */
export function createProxy(
  context: Context,
  engine: EngineClient,
  { onWrite, pid }: { onWrite: () => void; pid: () => number | undefined },
): Answering {
  const { counters, calls, stack, metrics, clock } = context;
  const tablesArn = `arn:aws:dynamodb:${stack.region}:${stack.account}:table`;
  const backups = createBackups(context, engine);
  const disturbance = createDisturbance(context, { client: engine, pid });
  return serveAwsJson(context, {
    signingName: 'dynamodb',
    targetPrefix: 'DynamoDB_20120810.',
    version: '1.0',
    maxBodyBytes: 16 * 1024 * 1024,
    errors: { common, unsigned, denied: accessDenied, invalid },
    // SDKs may check the body against it.
    headers: (body) => ({ 'x-amz-crc32': String(crc32(body)) }),
    async run(call) {
      const { operation } = call;
      const permissions = permissionsFor(operation, call.input, tablesArn);
      if (!permissions) throw call.notServed();
      for (const { action, resource } of permissions) call.authorize(action, resource);

      const unreadable = refuseUnreadable(operation, call.input);
      if (unreadable) throw unreadable;

      counters.count(`dynamodb.${operation}`);
      const backup = Object.hasOwn(backups, operation) ? backups[operation] : undefined;
      if (backup) return { body: await backup(call.input) };
      const signer = call.signer();
      const about = { operation, principal: signer, counters, metrics };
      const startedAt = clock.now();
      const tables = [...new Set(permissions.map(({ resource }) => resource.split('/')[1] ?? ''))];
      const ended = (error?: string) =>
        recordRequest(metrics, { tables, operation, error, milliseconds: clock.now() - startedAt });
      const asked = askForCapacity(operation, call.input, call.body);
      const send = (body: Buffer) => engine.send(call.target, body);
      const answer = await calls
        .pass({ kind: 'dynamodb', name: operation, signer }, () =>
          disturbance.isOn()
            ? disturbance.send({ operation, input: call.input, body: asked.body }, send)
            : send(asked.body),
        )
        .catch((error: unknown) => {
          if (error instanceof AwsError) {
            ended(error.code);
            throw error;
          }
          ended('ServiceUnavailable');
          // It may have been stored all the same, and then the streams have a record of it.
          if (isWrite(operation)) onWrite();
          throw unavailable(`the table's engine does not answer (${String(error)})`);
        });
      const { status, requestId, body } = answer;
      const headers = requestId === undefined ? undefined : { 'x-amzn-requestid': requestId };
      if (status !== 200) {
        const error = parseObject(body);
        const { name } = errorOf(error);
        counters.count(`dynamodb.error:${name}`);
        ended(name);
        if (!error || asked.itemOnFailure === undefined || name !== 'ConditionalCheckFailedException')
          return { status, headers, body };
        const tableName = String(call.input.TableName);
        return {
          status,
          headers,
          body: countFailedCondition(error, { ...about, tableName, wanted: asked.itemOnFailure }),
        };
      }
      ended();
      if (isWrite(operation)) onWrite();
      return {
        headers,
        body: asked.capacity
          ? countCapacity(body, { ...about, wanted: asked.capacity })
          : Buffer.from(withLocalArns(body.toString(), context)),
      };
    },
  });
}

/** Engines put a region of their own into the ARNs of tables and streams. Only operations on tables return ARNs. */
function withLocalArns(text: string, { stack }: Context): string {
  return text.replaceAll(
    /arn:aws:dynamodb:(?:dynoxide|ddblocal):\d{12}:/g,
    `arn:aws:dynamodb:${stack.region}:${stack.account}:`,
  );
}
