import { Aws, CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Key } from 'aws-cdk-lib/aws-kms';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Options } from './options.ts';
import { Parley } from './parley.ts';
import type { ParleyProps } from './parley-props.ts';

export interface ParleyStackProps extends StackProps {
  readonly options: Options;
}

/** A stack with Parley and nothing else, and its addresses as outputs. */
export class ParleyStack extends Stack {
  constructor(scope: Construct, id: string, { options, ...props }: ParleyStackProps) {
    super(scope, id, {
      // Without CDK's own usage record the template depends on this code only.
      analyticsReporting: false,
      // Somebody in the console cannot delete the stack by mistake.
      terminationProtection: options.removalPolicy === 'retain',
      ...props,
    });

    // CDK leaves this name out of logical ids, so that resources have those that they had before there was a construct around them.
    const parley = new Parley(this, 'Default', parleyProps(this, options));

    const output = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    output('WebUrl', parley.url, 'Everything on one host: the page, /ws and /api');
    output('HttpUrl', parley.httpApi.apiEndpoint, 'The HTTP API itself');
    output('WebSocketUrl', parley.webSocketStage.url, 'The WebSocket API itself');
    output('Region', Aws.REGION, 'Where all of this is');
    const noPool = `none: tokens come from ${options.oidc?.issuer}`;
    output('UserPoolId', parley.userPool?.userPoolId ?? noPool, 'Where people sign up and in');
    output('TableName', parley.table.tableName, 'All but files; for commands of operators, like the next three');
    output('BucketName', parley.bucket.bucketName, 'The files');
    output('DeadLettersUrl', parley.deadLetters.queueUrl, 'The queue of what was given up');
    output('AccountQueueUrl', parley.accountQueue.queueUrl, 'The queue of the jobs about accounts');
    output('UserPoolClientId', parley.userPoolClient?.userPoolClientId ?? noPool, 'The client that signs them in');
  }
}

/** The construct's props. Resources that the account has already are options by their names. */
function parleyProps(
  scope: Construct,
  { oidc, removalPolicy, rooms, userPool, hostedZone, ...options }: Options,
): ParleyProps {
  const { alarmTopicArn, certificateArn, encryptionKeyArn, ...plain } = options;
  return {
    ...plain,
    rooms: [...rooms],
    issuer: oidc,
    removalPolicy: removalPolicy === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    userPool: userPool && UserPool.fromUserPoolId(scope, 'GivenPool', userPool.id),
    userPoolClient: userPool && UserPoolClient.fromUserPoolClientId(scope, 'GivenClient', userPool.clientId),
    certificate: given(certificateArn, (arn) => Certificate.fromCertificateArn(scope, 'GivenCertificate', arn)),
    hostedZone:
      hostedZone &&
      HostedZone.fromHostedZoneAttributes(scope, 'GivenZone', {
        hostedZoneId: hostedZone.id,
        zoneName: hostedZone.name,
      }),
    alarmTopic: given(alarmTopicArn, (arn) => Topic.fromTopicArn(scope, 'GivenTopic', arn)),
    encryptionKey: given(encryptionKeyArn, (arn) => Key.fromKeyArn(scope, 'GivenKey', arn)),
  };
}

function given<Value>(arn: string | undefined, use: (arn: string) => Value): Value | undefined {
  return arn === undefined ? undefined : use(arn);
}
