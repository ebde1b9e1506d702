import { AwsError } from '#aws-json/aws-error';

const dynamodb = 'com.amazonaws.dynamodb.v20120810#';

/** @param reason like `TableWriteKeyRangeThroughputExceeded`: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html */
export const throttled = (reason: string, resource: string) =>
  new AwsError(
    `${dynamodb}ProvisionedThroughputExceededException`,
    'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
    { fields: { ThrottlingReasons: [{ reason, resource }] } },
  );

const reasons = {
  TransactionConflict: 'Transaction is ongoing for the item',
  ThrottlingError:
    'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html',
};

/** A single write of an item that a transaction is changing. */
export const conflict = () => new AwsError(`${dynamodb}TransactionConflictException`, reasons.TransactionConflict);

/**
 * A transaction that was cancelled because of one of its items.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export function cancelled(items: number, at: number, Code: keyof typeof reasons): AwsError {
  const all = Array.from({ length: items }, (_, place) =>
    place === at ? { Code, Message: reasons[Code] } : { Code: 'None' },
  );
  const codes = all.map((one) => one.Code).join(', ');
  return new AwsError(
    `${dynamodb}TransactionCanceledException`,
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { messageField: 'Message', fields: { CancellationReasons: all } },
  );
}
