import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type BuildOptions, buildSync } from 'esbuild';
import type { Options } from './options.ts';
import { allow, createRole } from './permissions.ts';

export interface ParleyFunctionProps {
  /** Entry file below `lambdas/`; it exports `handler`. */
  readonly entry: string;
  /** MB. Lambda gives CPU in proportion to it (a whole one at 1,769 MB), so it sets the speed. */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  /** Does it contain a CommonJS library, which calls `require`? An ES module has no `require` of its own. */
  readonly requires?: boolean;
  readonly options: Pick<Options, 'logRetentionDays'>;
}

/** One Lambda function, its log group and its role. The role can write that log, and do what `allow` adds. */
export class ParleyFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ParleyFunctionProps) {
    super(scope, id);

    const { logGroup, role } = createRole(this, props.options);
    this.role = role;
    const folder = mkdtempSync(join(tmpdir(), 'parley-function-'));
    try {
      bundle(props, folder);
      this.lambda = new LambdaFunction(this, 'Function', {
        code: Code.fromAsset(folder),
        handler: 'index.handler',
        runtime: Runtime.NODEJS_24_X,
        architecture: Architecture.ARM_64,
        memorySize: props.memory,
        timeout: Duration.seconds(props.timeout),
        role,
        logGroup,
        environment: {
          POWERTOOLS_SERVICE_NAME: serviceName(id),
          POWERTOOLS_LOG_LEVEL: 'INFO',
        },
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const resource = this.lambda.node.defaultChild;
    // The names that logs, metrics and the local runtime show; CDK would append a hash.
    if (resource instanceof CfnFunction) resource.overrideLogicalId(`${id}Function`);
  }

  /** How often the function's log has counted a fault of our own, in contrast to a refusal: lambdas/runtime/create-handler.ts. */
  faults(period: Duration): Metric {
    return new Metric({
      namespace: 'Parley',
      metricName: 'Errors',
      dimensionsMap: { service: serviceName(this.node.id), code: 'internal' },
      statistic: 'Sum',
      period,
    });
  }

  /** Sets environment variables, except those that are `undefined`. */
  configure(environment: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value] of Object.entries(environment)) {
      if (value !== undefined) this.lambda.addEnvironment(name, value);
    }
  }

  /**
   * Configures asynchronous invocations: a failed one is tried again once, a minute later, and then noted in the queue.
   * A second retry would come two minutes later; by then clients have already asked for what they missed.
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
   */
  retryOnce(deadLetters: Queue): void {
    this.lambda.configureAsyncInvoke({
      retryAttempts: 1,
      // Events wait this long while the account has no concurrency left. The default is six hours.
      maxEventAge: Duration.minutes(5),
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
    this.allow(['sqs:SendMessage'], [deadLetters.queueArn]);
  }

  /** `allow` of permissions.ts for the function's role. */
  allow(actions: string[], resources: string[], wildcardReason?: string): void {
    allow(this.role, actions, resources, wildcardReason);
  }
}

/** The name in every log line and metric: `push-send` for PushSend. */
function serviceName(id: string): string {
  return id.replace(/\B[A-Z]/g, '-$&').toLowerCase();
}

const lambdas = join(import.meta.dirname, '..', 'lambdas');

const protocols = join(import.meta.dirname, '../node_modules/@aws-sdk/core/dist-es/submodules/protocols');

/** How functions are bundled. bench/ bundles one again with these options, to see what is in it. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  minify: true,
  logLevel: 'warning',
  // Lower than Node 24, so that the same bundle runs on the Node of a development machine.
  target: 'es2022',
  // The ESM builds of the SDK can be tree-shaken.
  mainFields: ['module', 'main'],
  // What a function imports only when it needs it (`import()`) is in files of its own, which a cold start does not load.
  splitting: true,
  entryNames: 'index',
  outExtension: { '.js': '.mjs' },
  // The SDK's own chain of credential providers has 100 KB, and a function has its credentials in the environment.
  alias: {
    '@aws-sdk/credential-provider-node': join(lambdas, 'runtime', 'environment-credentials.ts'),
    // S3 needs the SDK's protocol of XML from the same index file, and esbuild puts what one file exports into one chunk. A cold start, which
    // needs JSON alone, would load 14 KB for S3.
    '#aws/json10': join(protocols, 'json', 'AwsJson1_0Protocol.js'),
    '#aws/rest-json': join(protocols, 'json', 'AwsRestJsonProtocol.js'),
    // A library that recognises file types logs with it, and it needs `require`.
    debug: join(lambdas, 'runtime', 'no-debug.ts'),
  },
} satisfies BuildOptions;

/**
 * Bundles a function with all its imports into `index.mjs` and the files that it loads later. The AWS SDK is included: it starts faster than the runtime's own, and it is the
 * version that was tested. esbuild runs in this process; CDK's own construct would start npm and esbuild for each function.
 */
function bundle({ entry, requires }: Pick<ParleyFunctionProps, 'entry' | 'requires'>, folder: string): void {
  buildSync({
    entryPoints: [join(lambdas, entry)],
    outdir: folder,
    ...bundleOptions,
    banner: requires
      ? { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" }
      : {},
  });
}
