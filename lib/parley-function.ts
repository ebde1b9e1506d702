import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import { Construct } from 'constructs';
import { bundle } from './bundle.ts';
import type { Options } from './options.ts';

export interface ParleyFunctionProps {
  /** Entry file below `lambdas/`; it exports `handler`. */
  readonly entry: string;
  /** `POWERTOOLS_SERVICE_NAME`: the name in every log line. */
  readonly service: string;
  /** MB. Lambda gives CPU in proportion (a whole one at 1,769 MB), so this is a choice of speed. */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  /** A library in it is CommonJS and calls `require`, which an ES module has not by itself. */
  readonly requires?: boolean;
  readonly options: Pick<Options, 'logRetentionDays'>;
}

/** One Lambda function, its log group and its role. The role can write that log, and only what is granted with `allow`. */
export class ParleyFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ParleyFunctionProps) {
    super(scope, id);

    const logGroup = new LogGroup(this, 'Log', {
      retention: props.options.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // A role of our own: CDK's default one carries a managed policy that may write every log of the account.
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);

    const folder = mkdtempSync(join(tmpdir(), 'parley-function-'));
    try {
      bundle({ entry: `${import.meta.dirname}/../lambdas/${props.entry}`, folder, requires: props.requires });
      this.lambda = new LambdaFunction(this, 'Function', {
        code: Code.fromAsset(folder),
        handler: 'index.handler',
        runtime: Runtime.NODEJS_24_X,
        architecture: Architecture.ARM_64,
        memorySize: props.memory,
        timeout: Duration.seconds(props.timeout),
        role: this.role,
        logGroup,
        environment: { POWERTOOLS_SERVICE_NAME: props.service, POWERTOOLS_LOG_LEVEL: 'INFO' },
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const resource = this.lambda.node.defaultChild;
    // The names that logs, metrics and the local runtime show; CDK would append a hash.
    if (resource instanceof CfnFunction) resource.overrideLogicalId(`${id}Function`);
  }

  /** Sets environment variables; those that are `undefined` stay unset. */
  configure(environment: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value] of Object.entries(environment)) {
      if (value !== undefined) this.lambda.addEnvironment(name, value);
    }
  }

  /**
   * How the function is invoked asynchronously: what fails is tried once more, a minute later, and then left as a note in the queue.
   * A second try would come after two minutes more, when clients have long asked for what they miss.
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
   */
  retryOnce(deadLetters: Queue): void {
    this.lambda.configureAsyncInvoke({
      retryAttempts: 1,
      // While an account has no concurrency left, events wait: so long, and not the six hours that are the default.
      maxEventAge: Duration.minutes(5),
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
    this.allow(['sqs:SendMessage'], [deadLetters.queueArn]);
  }

  /**
   * Adds exactly these actions on exactly these resources to the function's role.
   * @param anyOf why the resources end in `*`, when they do: what the names are that cannot be known beforehand
   */
  allow(actions: string[], resources: string[], anyOf?: string): void {
    this.role.addToPolicy(new PolicyStatement({ actions, resources }));
    if (anyOf === undefined) return;
    for (const resource of resources) {
      const name = flattenCfnReference(Stack.of(this).resolve(resource));
      Validations.of(this.role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${name}]`, reason: anyOf });
    }
  }
}
