import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackFromTemplate } from '#assembly/stack';
import { createCalls } from '#calls';
import { type Clock, systemClock } from '#clock';
import type { Context, Service } from '#context';
import { createCounters } from '#counters';
import { createFaults } from '#faults';
import { createAccessKeys } from '#iam/access-keys';
import { createPolicies } from '#iam/policy';
import { createFunctions } from '#lambda/functions';
import { createOwnHosts } from '#own-hosts';
import { lambda, role } from '../dynamodb/template.ts';
import { monitoring } from '../fixture/monitoring.ts';

/** What the triggered function answers, read at every invocation. `fail`: it reports these bodies as failed. */
export interface Plan {
  readonly throws?: boolean;
  readonly fail?: readonly string[];
  readonly answer?: unknown;
}

const handler = `
import { appendFileSync, readFileSync } from 'node:fs';
export const handler = async (event) => {
  appendFileSync(process.env.SEEN, JSON.stringify(event) + '\\n');
  const { throws, fail = [], answer } = JSON.parse(readFileSync(process.env.PLAN, 'utf8'));
  if (throws) throw new Error('planned');
  if (answer !== undefined) return answer;
  const failed = event.Records.filter(({ body }) => fail.includes(body));
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};
`;

export const queueArn = { 'Fn::GetAtt': ['Work', 'Arn'] };
const feed = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** A queue with a dead-letter queue, and a function that it may trigger. */
export function queueTemplate(code: { seen: string; plan: string }, mapping: object, may: string[] = feed) {
  return {
    Resources: {
      Lost: { Type: 'AWS::SQS::Queue' },
      Work: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          VisibilityTimeout: 60,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Lost', 'Arn'] }, maxReceiveCount: 2 },
        },
      },
      WorkerRole: role([], { more: [{ Effect: 'Allow', Action: may, Resource: queueArn }] }),
      Worker: lambda('WorkerRole', { SEEN: code.seen, PLAN: code.plan }),
      Feed: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { EventSourceArn: queueArn, FunctionName: { Ref: 'Worker' }, ...mapping },
      },
    },
  };
}

/** A stack's context on a port of its own; `serve` mounts a service under a path. */
export async function startContext(
  template: (files: { seen: string; plan: string }) => object,
  timeScale = 1,
  clock: Clock = systemClock,
) {
  const folder = mkdtempSync(join(tmpdir(), 'local-queue-'));
  const code = join(folder, 'code');
  const [seen, plan] = [join(folder, 'seen.jsonl'), join(folder, 'plan.json')];
  mkdirSync(code);
  writeFileSync(join(code, 'index.mjs'), handler);
  writeFileSync(seen, '');
  writeFileSync(plan, '{}');
  const services = new Map<string, Service>();
  const server = createServer((request, response) => {
    const [, service] = [...services].find(([path]) => request.url?.startsWith(path)) ?? [];
    void service?.handle(request, response);
  });
  // As long as the runtime's own port: longer than an SDK's agent keeps a connection.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const made = template({ seen, plan });
  const stack = stackFromTemplate({
    template: made,
    name: 'Try',
    origin,
    // All functions have the same code.
    codeDirectories: Object.fromEntries(
      Object.keys(Object('Resources' in made && made.Resources)).map((id) => [id, code]),
    ),
  });
  const dataDirectory = join(folder, 'data');
  mkdirSync(dataDirectory);
  const log: string[] = [];
  const keys = createAccessKeys();
  const policies = createPolicies(() => stack);
  const shared = {
    stack,
    origin,
    dataDirectory,
    keys,
    policies,
    faults: createFaults(),
    counters: createCounters(),
    ...monitoring(),
    calls: createCalls(),
  };
  const functions = createFunctions({ ...shared, clock });
  const context: Context = {
    ...shared,
    isOwnHost: createOwnHosts(),
    functions,
    clock,
    timeScale,
    log: (line) => void log.push(line),
  };
  return {
    context,
    log,
    dataDirectory,
    /** Keys of the function. */
    worker: () =>
      keys.issue({
        kind: 'role',
        arn: `arn:aws:sts::${stack.account}:assumed-role/Worker`,
        roleId: 'WorkerRole',
        functionId: 'Worker',
      }),
    root: () => keys.issue({ kind: 'root', arn: `arn:aws:iam::${stack.account}:root` }),
    serve: (path: string, service: Service) => void services.set(path, service),
    plan: (next: Plan) => writeFileSync(plan, JSON.stringify(next)),
    /** The bodies of every batch so far. */
    batches: (): { Records: Record<string, unknown>[] }[] =>
      readFileSync(seen, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
    async stop() {
      await functions.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
