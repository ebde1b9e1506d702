import { join } from 'node:path';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { HttpApi, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  AllowedMethods,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  OriginAccessIdentity,
  OriginRequestCookieBehavior,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CanonicalUserPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { AuthenticationStack } from './auth-stack';

interface FrontendStackProps extends StackProps {
  readonly httpApi: HttpApi;
  readonly websocketApi: WebSocketApi;
  readonly auth: AuthenticationStack;
}

export class FrontendStack extends Stack {
  constructor(scope: Construct, id: string, props: FrontendStackProps) {
    super(scope, id, props);
    const { httpApi, websocketApi, auth } = props;
    const identity = new OriginAccessIdentity(this, 'OAI', { comment: `OAI for ${id}` });
    const siteBucket = new Bucket(this, 'SiteBucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    });
    siteBucket.addToResourcePolicy(
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [siteBucket.arnForObjects('*')],
        principals: [new CanonicalUserPrincipal(identity.cloudFrontOriginAccessIdentityS3CanonicalUserId)],
      }),
    );

    const distribution = new Distribution(this, 'SiteDistribution', {
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessIdentity(siteBucket, { originAccessIdentity: identity }),
        compress: true,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        allowedMethods: AllowedMethods.ALLOW_ALL,
      },
      defaultRootObject: 'index.html',
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      errorResponses: [
        { httpStatus: 404, responseHttpStatus: 404, responsePagePath: '/error.html' },
        { httpStatus: 403, responseHttpStatus: 200, responsePagePath: '/index.html', ttl: Duration.minutes(1) },
      ],
    });
    distribution.addBehavior('api/*', new HttpOrigin(`${httpApi.apiId}.execute-api.${this.region}.amazonaws.com`), {
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: new CachePolicy(this, 'CachePolicy', {
        headerBehavior: CacheHeaderBehavior.allowList('Authorization'),
        cookieBehavior: CacheCookieBehavior.none(),
        queryStringBehavior: CacheQueryStringBehavior.none(),
        enableAcceptEncodingBrotli: true,
        enableAcceptEncodingGzip: true,
        minTtl: Duration.seconds(1),
        maxTtl: Duration.seconds(10),
        defaultTtl: Duration.seconds(5),
      }),
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      compress: false,
    });
    distribution.addBehavior('wss', new HttpOrigin(`${websocketApi.apiId}.execute-api.${this.region}.amazonaws.com`), {
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: new OriginRequestPolicy(this, 'WebSocketPolicy', {
        cookieBehavior: OriginRequestCookieBehavior.all(),
        headerBehavior: OriginRequestHeaderBehavior.allowList(
          'Sec-WebSocket-Key',
          'Sec-WebSocket-Version',
          'Sec-WebSocket-Protocol',
          'Sec-WebSocket-Accept',
        ),
        queryStringBehavior: OriginRequestQueryStringBehavior.none(),
      }),
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    });
    new BucketDeployment(this, 'DeployApp', {
      sources: [Source.asset(join(__dirname, '..', 'ui'))],
      destinationBucket: siteBucket,
      distribution,
      distributionPaths: ['/'],
    });

    const domain = auth.userPool.addDomain('Domain', { cognitoDomain: { domainPrefix: 'channel-chat' } });
    const parameter = (name: string, parameterName: string, stringValue: string) =>
      new StringParameter(this, name, {
        parameterName,
        stringValue,
        allowedPattern: '.*',
        tier: ParameterTier.STANDARD,
      });
    parameter('WebsocketUrl', '/prod/websocket/url', `wss://${distribution.distributionDomainName}/wss`);
    parameter('ClientId', '/prod/cognito/clientid', auth.client.userPoolClientId);
    parameter(
      'SigninUrl',
      '/prod/cognito/signinurl',
      domain.signInUrl(auth.client, { redirectUri: 'http://localhost:4200/callback' }),
    );
    new CfnOutput(this, 'SiteUrl', { value: `https://${distribution.distributionDomainName}` });
    new CfnOutput(this, 'UserPoolClientId', { value: auth.client.userPoolClientId });
  }
}
