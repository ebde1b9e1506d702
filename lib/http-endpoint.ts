import { Duration } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { FilterPattern, type MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { httpRoutes } from '#protocol/operations';
import { accessLog } from './access-log.ts';
import type { ParleyFunction } from './parley-function.ts';
import type { Issuer } from './people.ts';
import type { Settings } from './settings.ts';
import { throttle } from './throttle.ts';

export interface HttpEndpointProps {
  readonly issuer: Issuer;
  /** Answers every route. */
  readonly http: ParleyFunction;
  readonly options: Pick<Settings, 'allowedOrigins' | 'logRetentionDays' | 'metricsNamespace' | 'throttles'>;
}

/** The HTTP API. On every route API Gateway checks the token before a function runs. */
export class HttpEndpoint extends Construct {
  readonly api: HttpApi;
  /** How many tokens API Gateway could not check, because the issuer's keys could not be had. */
  readonly unchecked: MetricFilter;

  constructor(scope: Construct, id: string, { issuer, http, options }: HttpEndpointProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      description: 'Parley: history, inbox, uploads',
      createDefaultStage: false,
      defaultAuthorizer: new HttpJwtAuthorizer('Authorizer', issuer.url, { jwtAudience: [...issuer.audience] }),
      corsPreflight: {
        allowOrigins: options.allowedOrigins,
        allowMethods: [
          CorsHttpMethod.GET,
          CorsHttpMethod.POST,
          CorsHttpMethod.PUT,
          CorsHttpMethod.PATCH,
          CorsHttpMethod.DELETE,
        ],
        allowHeaders: ['authorization', 'content-type'],
        exposeHeaders: ['location'],
        maxAge: Duration.hours(1),
      },
    });
    const integration = new HttpLambdaIntegration('Http', http.called, {
      // One permission for the API instead of one for each route: a function's policy has room for about fifty.
      scopePermissionToRoute: false,
    });
    for (const route of httpRoutes.keys()) {
      const [method, path = ''] = route.split(' ');
      this.api.addRoutes({ path, methods: [HttpMethod[method as keyof typeof HttpMethod]], integration });
    }

    const { logGroup, ...accessLogSettings } = accessLog(
      this,
      {
        user: '$context.authorizer.claims.sub',
        latency: '$context.integrationLatency',
      },
      options,
    );
    // API Gateway answers 401 then, and its log alone tells that from a bad token.
    this.unchecked = logGroup.addMetricFilter('Unchecked', {
      filterPattern: FilterPattern.stringValue('$.authorizer', '=', '*communication error*'),
      metricNamespace: options.metricsNamespace,
      metricName: 'UncheckedTokens',
      metricValue: '1',
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: throttle(options.throttles.http),
      accessLogSettings,
    });
  }
}
