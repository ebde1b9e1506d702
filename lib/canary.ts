import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { type FunctionSettings, ParleyFunction } from './parley-function.ts';
import type { People } from './people.ts';

export interface CanaryProps {
  readonly people: People;
  /** The host of page and APIs, as CloudFront calls it: the deployer's own name may not point there yet. */
  readonly url: string;
  readonly options: FunctionSettings;
}

/** A function that signs in, sends, receives and reads every five minutes, as a person does, and counts whether it could: `CanarySuccess`. */
export class Canary extends Construct {
  readonly fn: ParleyFunction;

  constructor(scope: Construct, id: string, { people, url, options }: CanaryProps) {
    super(scope, id);
    this.fn = new ParleyFunction(this, 'Canary', {
      // It waits for the network.
      memory: 256,
      timeout: 60,
      options,
    });
    this.fn.configure({ CLIENT_ID: people.client.userPoolClientId, WEB_URL: url });
    // It makes its account at the first run, and gives it a new password whenever it starts.
    people.bind(this.fn, 'AdminCreateUser', 'AdminSetUserPassword');
    // The next run comes anyway.
    this.fn.lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(5) });
    new Rule(this, 'Schedule', {
      description: 'Parley: a synthetic person',
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaFunction(this.fn.lambda, { retryAttempts: 0 })],
    });
  }
}
