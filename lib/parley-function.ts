import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functionFiles } from './files.ts';
import type { FunctionName } from './function-sources.ts';
import { allow, createRole } from './permissions.ts';
import type { Settings } from './settings.ts';

/** What every function takes from the settings. */
export type FunctionSettings = Pick<Settings, 'logRetentionDays' | 'metricsNamespace' | 'ownStack' | 'encryptionKey'>;

export interface ParleyFunctionProps {
  /** MB. Lambda gives CPU in proportion to it (a whole one at 1,769 MB), so it sets the speed. */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  readonly options: FunctionSettings;
}

/** One Lambda function, its log group and its role. The role can write that log, and do what `allow` adds. */
export class ParleyFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;
  private readonly metricsNamespace: string;

  constructor(scope: Construct, id: FunctionName, { options, ...props }: ParleyFunctionProps) {
    super(scope, id);

    const { logGroup, role } = createRole(this, options);
    this.role = role;
    this.metricsNamespace = options.metricsNamespace;
    this.lambda = new LambdaFunction(this, 'Function', {
      code: Code.fromAsset(functionFiles(id)),
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
        POWERTOOLS_METRICS_NAMESPACE: options.metricsNamespace,
      },
    });
    const resource = this.lambda.node.defaultChild;
    // The names that logs, metrics and the local runtime show; CDK would append a hash. In somebody's stack they could be taken.
    if (options.ownStack && resource instanceof CfnFunction) resource.overrideLogicalId(`${id}Function`);
    if (options.encryptionKey) this.allow(keyActions, [options.encryptionKey.keyArn]);
  }

  /** How often the function's log has counted a fault of our own, in contrast to a refusal: lambdas/runtime/create-handler.ts. */
  faults(period: Duration): Metric {
    return new Metric({
      namespace: this.metricsNamespace,
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

/**
 * What DynamoDB, S3 and SQS do with a key in the name of whoever calls them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
const keyActions = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'].map(
  (action) => `kms:${action}`,
);

/** The name in every log line and metric: `push-send` for PushSend. */
function serviceName(id: string): string {
  return id.replace(/\B[A-Z]/g, '-$&').toLowerCase();
}
