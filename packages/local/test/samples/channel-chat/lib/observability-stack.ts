import { Stack, type StackProps } from 'aws-cdk-lib';
import { Color, Dashboard, GraphWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const widget = (title: string, metricName: string, color: string) =>
      new GraphWidget({
        title,
        width: 12,
        left: [new Metric({ namespace: 'channel-chat', metricName, statistic: 'sum' }).with({ color })],
      });
    new Dashboard(this, 'Dashboard', {
      widgets: [[widget('New', 'newConnection', Color.GREEN), widget('Closed', 'closedConnection', Color.RED)]],
    });
  }
}
