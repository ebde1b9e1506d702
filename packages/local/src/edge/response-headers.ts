import { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';

const security = z.object({
  ContentSecurityPolicy: z.object({ ContentSecurityPolicy: z.string() }).optional(),
  ContentTypeOptions: z.object({}).optional(),
  FrameOptions: z.object({ FrameOption: z.string() }).optional(),
  ReferrerPolicy: z.object({ ReferrerPolicy: z.string() }).optional(),
  StrictTransportSecurity: z
    .object({
      AccessControlMaxAgeSec: z.coerce.number(),
      IncludeSubdomains: z.boolean().default(false),
      Preload: z.boolean().default(false),
    })
    .optional(),
});

const policyProperties = z.object({
  ResponseHeadersPolicyConfig: z.object({
    SecurityHeadersConfig: security.default({}),
    CustomHeadersConfig: z
      .object({ Items: z.array(z.object({ Header: z.string(), Value: z.string() })) })
      .default({ Items: [] }),
  }),
});

/**
 * The headers that a behaviour's response headers policy adds. Here a header that the origin sends always wins, even if the policy says
 * that it overrides.
 * @throws BrokenStack for a policy that is not in the template
 */
export function readResponseHeaders(stack: Stack, policyId: string | undefined): Readonly<Record<string, string>> {
  if (policyId === undefined) return {};
  const resource = stack.byPhysicalId('AWS::CloudFront::ResponseHeadersPolicy', policyId);
  if (!resource)
    throw new BrokenStack(`unable to serve the response headers policy ${policyId}; it is not known locally`);
  const { SecurityHeadersConfig: config, CustomHeadersConfig } = policyProperties.parse(
    resource.properties,
  ).ResponseHeadersPolicyConfig;
  const { StrictTransportSecurity: transport } = config;
  const named: Record<string, string | undefined> = {
    'content-security-policy': config.ContentSecurityPolicy?.ContentSecurityPolicy,
    'x-content-type-options': config.ContentTypeOptions && 'nosniff',
    'x-frame-options': config.FrameOptions?.FrameOption,
    'referrer-policy': config.ReferrerPolicy?.ReferrerPolicy,
    'strict-transport-security':
      transport &&
      `max-age=${transport.AccessControlMaxAgeSec}${transport.IncludeSubdomains ? '; includeSubDomains' : ''}${transport.Preload ? '; preload' : ''}`,
  };
  return Object.fromEntries(
    [
      ...Object.entries(named),
      ...CustomHeadersConfig.Items.map(({ Header, Value }) => [Header.toLowerCase(), Value] as const),
    ].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
