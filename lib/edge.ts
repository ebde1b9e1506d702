import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  type AddBehaviorOptions,
  AllowedMethods,
  CachePolicy,
  CfnOriginAccessControl,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, type HttpOriginProps, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { AaaaRecord, ARecord, type IHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { rewriteFile } from './files.ts';
import { type PageReach, pageHeaders, securityHeaders } from './page-headers.ts';
import { acknowledge } from './permissions.ts';
import { regionalName } from './regional-name.ts';

/** The paths of the programs that Parley replaces: at the root, not below `/api`. */
const formerPaths = ['/conversation/*', '/messages*', '/filesmessage/*', '/chat/*', '/save-token*'];

/**
 * Errors that CloudFront would keep for ten seconds, for everybody at that place, also where it caches nothing else.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
 */
const cachedErrors = [404, 414, 500, 501, 502, 503, 504];

export interface EdgeProps {
  readonly http: HttpApi;
  readonly socketStage: WebSocketStage;
  /** The page's files. Undefined if there is no page: then the APIs alone are served. */
  readonly page?: IBucket;
  readonly reach: PageReach;
  /** The deployer's own host name, with its certificate, and the zone that gets its records. */
  readonly domain?: { readonly name: string; readonly certificate: ICertificate; readonly zone?: IHostedZone };
  readonly webAclArn?: string;
}

/** One host name for everything: the page, sockets below `/ws`, HTTP below `/api`. It caches the page only, and it checks no tokens. */
export class Edge extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, { http, socketStage, page, reach, domain, webAclArn }: EdgeProps) {
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

    const rewrite = new EdgeFunction(this, 'Rewrite', {
      comment: 'Parley: the paths of clients into those of the APIs',
      code: FunctionCode.fromFile({ filePath: rewriteFile }),
      runtime: FunctionRuntime.JS_2_0,
    });
    const behavior: AddBehaviorOptions = {
      functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: rewrite }],
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // API Gateway finds the API by its own host name, so it must not get the viewer's.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      // A redirect would come after a token was sent in the clear.
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      responseHeadersPolicy: new ResponseHeadersPolicy(this, 'SecurityHeaders', {
        responseHeadersPolicyName: regionalName(this, 'SecurityHeaders', 128),
        comment: 'Parley: nothing here is to be framed, sniffed or named to other sites',
        securityHeadersBehavior: securityHeaders,
      }),
    };

    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Parley',
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultRootObject: page && 'index.html',
      ...(domain && {
        domainNames: [domain.name],
        certificate: domain.certificate,
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      }),
      webAclId: webAclArn,
      errorResponses: cachedErrors.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      defaultBehavior: page
        ? {
            origin: S3BucketOrigin.withOriginAccessControl(page),
            allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
            // CloudFront keeps each file as long as the file's own Cache-Control says.
            cachePolicy: CachePolicy.CACHING_OPTIMIZED,
            viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            responseHeadersPolicy: pageHeaders(this, 'PageHeaders', reach),
          }
        : { origin: httpOrigin, ...behavior },
    });
    // CDK makes it, and gives it the same name in every region.
    for (const child of this.distribution.node.findAll()) {
      if (child instanceof CfnOriginAccessControl) {
        child.addPropertyOverride('OriginAccessControlConfig.Name', regionalName(this, 'Page', 64));
      }
    }
    for (const path of ['/ws', '/ws/*']) this.distribution.addBehavior(path, socketOrigin, behavior);
    for (const path of ['/api/*', ...formerPaths]) this.distribution.addBehavior(path, httpOrigin, behavior);
    if (domain?.zone) this.name(domain.name, domain.zone);
    acknowledge(this.distribution, {
      CFR1: 'The deployer chooses the countries from which people may chat; no default is safe for everybody.',
      CFR2: 'A web ACL has a monthly price. Without it, the stages limit the rate and every token is checked.',
      CFR3: "Both APIs behind it write an access log without the query string, which may hold a token; CloudFront's log would have it.",
      CFR4: "Without a domain of the deployer's own the certificate is CloudFront's, and its minimum version cannot be set.",
    });
  }

  /** IPv4 and IPv6. */
  private name(recordName: string, zone: IHostedZone): void {
    // A name with a dot at its end is whole: CDK would append the zone's name to others.
    const record = {
      recordName: `${recordName}.`,
      zone,
      target: RecordTarget.fromAlias(new CloudFrontTarget(this.distribution)),
    };
    new ARecord(this, 'Address', record);
    new AaaaRecord(this, 'AddressV6', record);
  }
}
