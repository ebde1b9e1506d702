import { broadcast } from '../../utils/websocket-broadcaster';

const { APIGW_ENDPOINT = '' } = process.env;

interface QueueEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

export const handler = async (event: QueueEvent) => {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body } of event.Records) {
    try {
      await broadcast(JSON.parse(body), APIGW_ENDPOINT);
    } catch (error) {
      console.error(error);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};
