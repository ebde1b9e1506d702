import { Parley } from '@parley/cdk';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Topic } from 'aws-cdk-lib/aws-sns';

// What a team has already: accounts, a domain, and a topic that wakes somebody up.
const stack = new Stack(new App(), 'Shop');
const pool = new UserPool(stack, 'Customers', { selfSignUpEnabled: true, signInCaseSensitive: false });
const client = pool.addClient('Web', { authFlows: { userPassword: true, userSrp: true }, disableOAuth: true });
const zone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
  hostedZoneId: 'Z0123456789ABC',
  zoneName: 'example.com',
});
const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000';
const certificate = Certificate.fromCertificateArn(stack, 'Certificate', certificateArn);
const onCall = new Topic(stack, 'OnCall', { enforceSSL: true });

// What makes it a chat.
const chat = new Parley(stack, 'Chat', {
  userPool: pool,
  userPoolClient: client,
  domainName: 'chat.example.com',
  certificate,
  hostedZone: zone,
  alarmTopic: onCall,
});
chat.addTriggers(pool);

new CfnOutput(stack, 'ChatUrl', { value: chat.url });
new CfnOutput(stack, 'HttpUrl', { value: chat.httpApi.apiEndpoint });
new CfnOutput(stack, 'WebSocketUrl', { value: chat.webSocketStage.url });
new CfnOutput(stack, 'UserPoolId', { value: pool.userPoolId });
new CfnOutput(stack, 'UserPoolClientId', { value: client.userPoolClientId });
