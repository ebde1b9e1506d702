import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Role } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  CfnFunction,
  Code,
  type IFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type ErrorMetric, errorMetrics } from '#lambdas/runtime/metric-names';
import { functionFiles } from './files.ts';
import type { FunctionName } from './function-sources.ts';
import { acknowledge, allow, createRole } from './permissions.ts';
import type { Settings } from './settings.ts';

const faults = 'Faults' satisfies ErrorMetric;

/** What every function takes from the settings. */
export type FunctionSettings = Pick<
  Settings,
  'logRetentionDays' | 'metricsNamespace' | 'ownStack' | 'encryptionKey' | 'tracing'
>;

export interface ParleyFunctionProps {
  /** MB. Lambda gives CPU in proportion to it (a whole one at 1,769 MB), so it sets the speed. */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  /**
   * Does an API call it by an alias, `live`, which points to a version? Then a new version can take over step by step, and environments be ready:
   * this many. @default without an alias
   */
  readonly live?: { readonly provisioned: number };
  readonly options: FunctionSettings;
}

/** One Lambda function, its log group and its role. The role can write that log, and do what `allow` adds. */
export class ParleyFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;
  readonly alias: Alias | undefined;
  /** What an API calls: the alias if there is one. */
  readonly called: IFunction;
  private readonly metricsNamespace: string;

  constructor(scope: Construct, id: FunctionName, { options, ...props }: ParleyFunctionProps) {
    super(scope, id);

    const { logGroup, role } = createRole(this, options);
    this.role = role;
    this.logGroup = logGroup;
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
      // Functions write JSON themselves. Without START, END and REPORT, whose figures are metrics of Lambda, a message takes half of the bytes.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: options.tracing ? Tracing.ACTIVE : undefined,
      environment: {
        POWERTOOLS_SERVICE_NAME: serviceName(id),
        POWERTOOLS_LOG_LEVEL: 'INFO',
        POWERTOOLS_METRICS_NAMESPACE: options.metricsNamespace,
      },
    });
    const resource = this.lambda.node.defaultChild;
    // The names that logs, metrics and the local runtime show; CDK would append a hash. In somebody's stack they could be taken.
    if (options.ownStack && resource instanceof CfnFunction) resource.overrideLogicalId(`${id}Function`);
    // CDK lets its role write traces, too: X-Ray has no resources that a policy could name.
    if (options.tracing)
      acknowledge(this.role, { 'IAM5[Resource::*]': 'X-Ray has no resources that a policy could name.' });
    this.alias = props.live && this.createAlias(props.live.provisioned);
    this.called = this.alias ?? this.lambda;
    if (options.encryptionKey) this.allow(keyActions, [options.encryptionKey.keyArn]);
  }

  /** CDK makes a new version when code or configuration change. The one before goes when the new one has taken over. */
  private createAlias(provisioned: number): Alias {
    return new Alias(this, 'Live', {
      aliasName: 'live',
      version: this.lambda.currentVersion,
      provisionedConcurrentExecutions: provisioned > 0 ? provisioned : undefined,
    });
  }

  /** How often the function's log has counted a fault of our own, in contrast to a refusal: lambdas/runtime/log.ts. */
  faults(period: Duration): Metric {
    return new Metric({
      namespace: this.metricsNamespace,
      metricName: faults,
      dimensionsMap: { [errorMetrics[faults].dimension]: serviceName(this.node.id) },
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
