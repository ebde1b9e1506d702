import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { allowed, plain, synthesize } from './synthesize.ts';

const byDefault = synthesize();
const { template } = byDefault;
const closed = synthesize({ selfSignUp: false });
const oidc = synthesize({ oidc: { issuer: 'https://id.example.com/tenant', audience: 'web' } });

const Headers = z.object({
  SecurityHeadersConfig: z.object({ ContentSecurityPolicy: z.object({ ContentSecurityPolicy: z.unknown() }) }),
});
const Deployment = z.object({
  SourceObjectKeys: z.array(z.string()),
  SourceMarkers: z.array(z.record(z.string(), z.unknown())),
});

/** The Content-Security-Policy of the page, by directive. */
function policyOf({ template }: ReturnType<typeof synthesize>): Record<string, string[]> {
  const [resource] = Object.values(
    template.findResources('AWS::CloudFront::ResponseHeadersPolicy', {
      Properties: {
        ResponseHeadersPolicyConfig: { SecurityHeadersConfig: { ContentSecurityPolicy: Match.anyValue() } },
      },
    }),
  );
  const { SecurityHeadersConfig } = Headers.parse(resource?.Properties.ResponseHeadersPolicyConfig);
  const directives = plain(SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy).split('; ');
  return Object.fromEntries(
    directives.map((text) => text.split(' ')).map(([name = '', ...sources]) => [name, sources]),
  );
}

/** `config.json` as it is deployed, with placeholders for names that the deployment gives. */
function configOf({ template, directory }: ReturnType<typeof synthesize>): unknown {
  const deployments = Object.values(template.findResources('Custom::CDKBucketDeployment'))
    .map(({ Properties }) => Deployment.safeParse(Properties).data)
    .filter((each) => each !== undefined);
  for (const { SourceObjectKeys, SourceMarkers } of deployments) {
    for (const [index, key] of SourceObjectKeys.entries()) {
      const file = join(directory, `asset.${key.replace('.zip', '')}`, 'config.json');
      if (!existsSync(file)) continue;
      const marks = Object.entries(SourceMarkers[index] ?? {});
      return JSON.parse(
        marks.reduce((text, [mark, value]) => text.replaceAll(mark, plain(value)), readFileSync(file, 'utf8')),
      );
    }
  }
  return undefined;
}

const itselfAndBelow = (address: string) => [address, `${address}/`];
const files = itselfAndBelow('https://<UploadsBucket.RegionalDomainName>');

describe('the page', () => {
  test('runs only its own files, and connects only to its own host, the uploads and Cognito', () => {
    expect(policyOf(byDefault)).toEqual({
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
      'img-src': ["'self'", 'blob:', 'data:', ...files],
      'media-src': ["'self'", 'blob:', 'data:', ...files],
      'connect-src': ["'self'", ...itselfAndBelow('https://cognito-idp.<AWS::Region>.amazonaws.com'), ...files],
      'font-src': ["'self'"],
      'manifest-src': ["'self'"],
      'worker-src': ["'self'"],
      'form-action': ["'none'"],
      'base-uri': ["'none'"],
      'frame-ancestors': ["'none'"],
      'require-trusted-types-for': ["'script'"],
      'trusted-types': ['parley'],
    });
    expect(policyOf(oidc)['connect-src']).toEqual(["'self'", ...itselfAndBelow('https://id.example.com'), ...files]);
  });

  test('knows where people sign in', () => {
    expect(configOf(byDefault)).toEqual({
      cognito: 'https://cognito-idp.<AWS::Region>.amazonaws.com',
      clientId: '<PeoplePoolClient>',
      region: '<AWS::Region>',
    });
  });

  test('with selfSignUp: false offers no sign-up, and only an administrator creates accounts', () => {
    expect(configOf(closed)).toMatchObject({ selfSignUp: false });
    const AdminCreateUserConfig = { AllowAdminCreateUserOnly: true };
    closed.template.hasResourceProperties('AWS::Cognito::UserPool', { AdminCreateUserConfig });
  });

  test('has every security header', () => {
    template.hasResourceProperties('AWS::CloudFront::ResponseHeadersPolicy', {
      ResponseHeadersPolicyConfig: {
        SecurityHeadersConfig: {
          ContentSecurityPolicy: { Override: true },
          ContentTypeOptions: { Override: true },
          FrameOptions: { FrameOption: 'DENY' },
          ReferrerPolicy: { ReferrerPolicy: 'no-referrer' },
          StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000 },
        },
        CustomHeadersConfig: {
          Items: [
            { Header: 'Cross-Origin-Opener-Policy', Value: 'same-origin' },
            { Header: 'Permissions-Policy', Value: Match.stringLikeRegexp('camera=\\(\\)') },
          ],
        },
      },
    });
  });

  test('is read by the distribution only, compressed, with GET and HEAD only', () => {
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        DefaultRootObject: 'index.html',
        DefaultCacheBehavior: {
          AllowedMethods: ['GET', 'HEAD'],
          Compress: true,
          // The managed policy CachingOptimized.
          CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        },
        Origins: Match.arrayWith([
          Match.objectLike({ S3OriginConfig: { OriginAccessIdentity: '' }, OriginAccessControlId: Match.anyValue() }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: Match.stringLikeRegexp('^PageBucket') },
      PolicyDocument: {
        Statement: [
          { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          {
            Effect: 'Allow',
            Action: 's3:GetObject',
            Principal: { Service: 'cloudfront.amazonaws.com' },
            Condition: { StringEquals: { 'AWS:SourceArn': Match.anyValue() } },
          },
        ],
      },
    });
  });
});

describe('its files', () => {
  const deployments = Object.values(template.findResources('Custom::CDKBucketDeployment'));

  test('are cached for ever if their names change with their contents; browsers revalidate the others each time', () => {
    expect(
      deployments.map(({ Properties }) => [Properties.Include ?? Properties.Exclude, Properties.SystemMetadata]),
    ).toEqual([
      [['assets/*'], { 'cache-control': 'public, max-age=31536000, immutable' }],
      [['assets/*'], { 'cache-control': 'no-cache' }],
    ]);
  });

  test('are uploaded before the documents that name them, and stay for pages that are open', () => {
    const [assets] = Object.keys(template.findResources('Custom::CDKBucketDeployment'));
    expect(deployments.map(({ Properties }) => Properties.Prune)).toEqual([false, false]);
    expect(deployments[1]?.DependsOn).toContain(assets);
  });

  test('are the same at every synthesis', () => {
    const keys = (of: typeof template) =>
      Object.values(of.findResources('Custom::CDKBucketDeployment')).map(
        ({ Properties }) => Properties.SourceObjectKeys[0],
      );
    expect(keys(template)).toEqual(keys(oidc.template));
  });

  test('are uploaded by one function that may only write them and read the assets', () => {
    const [id = ''] = Object.keys(template.findResources('AWS::Lambda::Function')).filter((each) =>
      each.startsWith('CustomCDK'),
    );
    expect(allowed(template, id)).toEqual(
      [
        'logs:CreateLogStream <PageLog.Arn>',
        'logs:PutLogEvents <PageLog.Arn>',
        's3:GetObject arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*.zip',
        's3:ListBucket <PageBucket.Arn>',
        's3:PutObject <PageBucket.Arn>/*',
      ].toSorted(),
    );
    template.resourceCountIs('AWS::Lambda::LayerVersion', 1);
  });
});
