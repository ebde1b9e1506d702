import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { OAuthScope, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

export class AuthenticationStack extends Stack {
  readonly userPool: UserPool;
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const autoConfirm = new Lambda(this, 'AutoConfirm', {
      runtime: Runtime.NODEJS_22_X,
      memorySize: 128,
      timeout: Duration.seconds(10),
      handler: 'index.handler',
      code: Code.fromInline(`exports.handler = (event, context, callback) => {
        event.response.autoConfirmUser = true;
        callback(null, event);
      };`),
    });
    this.userPool = new UserPool(this, 'UserPool', {
      selfSignUpEnabled: true,
      autoVerify: { email: true },
      passwordPolicy: { minLength: 12, requireLowercase: true, requireUppercase: true, requireDigits: true },
      signInAliases: { username: true, email: true },
      lambdaTriggers: { preSignUp: autoConfirm },
    });
    this.client = this.userPool.addClient('websocket-frontend', {
      authFlows: { userPassword: true },
      oAuth: {
        flows: { implicitCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.PROFILE, OAuthScope.EMAIL],
        callbackUrls: ['http://localhost:4200/callback'],
      },
      idTokenValidity: Duration.minutes(720),
    });
  }
}
