import type { Stack } from '#assembly/stack';

export interface Dashboard {
  readonly name: string;
  readonly arn: string;
  /** JSON, as the template has it. */
  readonly body: string;
}

/** The template's dashboards. Nothing draws them here. */
export function dashboards(stack: Stack): Dashboard[] {
  return stack.ofType('AWS::CloudWatch::Dashboard').map(({ logicalId, properties }) => {
    const name = stack.ref(logicalId);
    return {
      name,
      arn: `arn:aws:cloudwatch::${stack.account}:dashboard/${name}`,
      body: String(properties.DashboardBody),
    };
  });
}
