import { join, resolve } from 'node:path';
import { App, CfnOutput, NestedStack, Stack, type StackProps, type Stage } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

const code = resolve(import.meta.dirname, '../fixture/functions/writer');

export interface Places {
  readonly table: Table;
  readonly queue: Queue;
  readonly bucket: Bucket;
}

/** A stack with a table, a queue and a bucket. */
export function dataStack(scope: App | Stage, id: string, props?: StackProps): Stack & Places {
  const stack = new Stack(scope, id, props);
  return Object.assign(stack, places(stack));
}

export function places(stack: Stack): Places {
  const table = new Table(stack, 'Table', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
  return { table, queue: new Queue(stack, 'Queue'), bucket: new Bucket(stack, 'Bucket') };
}

/** A function that writes to all three, and may. */
export function writer(scope: Construct, id: string, { table, queue, bucket }: Places): LambdaFunction {
  const made = new LambdaFunction(scope, id, {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromAsset(code),
    environment: { TABLE: table.tableName, QUEUE: queue.queueUrl, BUCKET: bucket.bucketName },
  });
  table.grantWriteData(made);
  queue.grantSendMessages(made);
  bucket.grantPut(made);
  return made;
}

/** Two stacks: `Web` has a function, and a nested stack with another, that write into `Data`. */
export function twoStacks(scope: App | Stage, props?: StackProps): void {
  const data = dataStack(scope, 'Data', props);
  const web = new Stack(scope, 'Web', props);
  const outer = writer(web, 'Writer', data);
  const nested = new NestedStack(web, 'Nested');
  // A parameter of the nested stack, an output of it, and an import in it.
  const inner = writer(nested, 'Writer', data);
  inner.addEnvironment('OUTER', outer.functionName);
  new CfnOutput(web, 'Outer', { value: outer.functionName });
  new CfnOutput(web, 'Inner', { value: inner.functionName });
}

// CDK's check against CloudFormation's rules doubles the time.
process.env.CDK_VALIDATION = 'false';

/** Synthesizes an app in this process. */
export function synthesizeApp(directory: string, build: (app: App) => void, context: Record<string, unknown> = {}) {
  const outdir = join(directory, 'cdk.out');
  const app = new App({
    outdir,
    context: {
      'aws:cdk:enable-path-metadata': true,
      '@aws-cdk/core:defaultCrossStackReferences': 'strong',
      ...context,
    },
  });
  build(app);
  app.synth();
  return outdir;
}
