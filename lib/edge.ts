import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { HttpApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  type AddBehaviorOptions,
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, type HttpOriginProps, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { type PageReach, pageHeaders } from './page-headers.ts';

/** The paths of the programs that Parley replaces, which stand at the root and not below `/api`. */
const formerPaths = ['/conversation/*', '/messages*', '/filesmessage/*', '/chat/*', '/save-token*'];

export interface EdgeProps {
  readonly http: HttpApi;
  readonly socketStage: WebSocketStage;
  readonly page: IBucket;
  /** Whom the page talks to besides its own host. */
  readonly reach: PageReach;
}

/** One host name for everything: the page, sockets below `/ws`, HTTP below `/api`. Of the APIs it caches nothing, and it decides nothing. */
export class Edge extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, { http, socketStage, page, reach }: EdgeProps) {
    super(scope, id);
    const { region, urlSuffix } = Stack.of(this);
    const origin = (apiId: string, props: HttpOriginProps = {}) =>
      new HttpOrigin(`${apiId}.execute-api.${region}.${urlSuffix}`, {
        protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        originSslProtocols: [OriginSslPolicy.TLS_V1_2],
        ...props,
      });
    const httpOrigin = origin(http.apiId);
    const socketOrigin = origin(socketStage.api.apiId, { originPath: `/${socketStage.stageName}` });

    const plain: AddBehaviorOptions = {
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // API Gateway finds the API by its own host name, so the viewer's must not be sent on.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: this.securityHeaders(),
    };
    const rewritten: AddBehaviorOptions = {
      ...plain,
      functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: this.rewrite() }],
    };

    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Parley',
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(page),
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
        // It keeps each file as long as the file's own Cache-Control says.
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy: pageHeaders(this, 'PageHeaders', reach),
      },
    });
    for (const path of ['/ws', '/ws/*']) this.distribution.addBehavior(path, socketOrigin, rewritten);
    for (const path of ['/api/*', ...formerPaths]) this.distribution.addBehavior(path, httpOrigin, rewritten);
    this.acknowledge();
  }

  private rewrite(): EdgeFunction {
    return new EdgeFunction(this, 'Rewrite', {
      comment: 'Parley: the paths of clients into those of the APIs',
      code: FunctionCode.fromFile({ filePath: `${import.meta.dirname}/../edge/rewrite.js` }),
      runtime: FunctionRuntime.JS_2_0,
    });
  }

  private securityHeaders(): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'SecurityHeaders', {
      comment: 'Parley: nothing here is to be framed, sniffed or named to other sites',
      securityHeadersBehavior: {
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
      },
    });
  }

  private acknowledge(): void {
    const validations = Validations.of(this.distribution);
    validations.acknowledge({
      id: 'AwsSolutions-CFR1',
      reason: "Where people may chat from is the deployer's choice, and there is no safe default for it.",
    });
    validations.acknowledge({
      id: 'AwsSolutions-CFR2',
      reason: 'A web ACL has a monthly price; stage throttles and the check of every token hold without it.',
    });
    validations.acknowledge({
      id: 'AwsSolutions-CFR3',
      reason:
        "Both APIs behind it write an access log, and these logs leave out the query string that may hold a token; CloudFront's would not.",
    });
    validations.acknowledge({
      id: 'AwsSolutions-CFR4',
      reason:
        "Without a domain of the deployer's own the certificate is CloudFront's, and its minimum version cannot be set.",
    });
  }
}
