import type { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { indexNames } from './chat-table.ts';

/**
 * Reads and writes that the table refused, or that one of its indexes made it refuse. CloudWatch counts those of an index apart from the table's.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
export function tableThrottles(table: Table, period: Duration): MathExpression {
  const events = (metricName: string, index?: string) => {
    const dimensionsMap = {
      TableName: table.tableName,
      ...(index === undefined ? {} : { GlobalSecondaryIndexName: index }),
    };
    return new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap, statistic: 'Sum', period });
  };
  const metrics = [
    events('ReadThrottleEvents'),
    events('WriteThrottleEvents'),
    ...indexNames.map((name) => events('WriteThrottleEvents', name)),
  ];
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index + 1}`, metric]));
  // A metric without any throttle has no data, and a sum with a gap would have none either. Alarms on DynamoDB's metrics ignore missing
  // data, whatever they say, and would ring for ever.
  const expression = Object.keys(usingMetrics)
    .map((id) => `FILL(${id}, 0)`)
    .join(' + ');
  return new MathExpression({ expression, usingMetrics, period, label: 'Throttles of the table' });
}
