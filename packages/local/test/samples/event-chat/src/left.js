import { put } from 'broadcast';

export async function handler({ Records }) {
  for (const { dynamodb } of Records) {
    const { room, name } = dynamodb.OldImage;
    await put('Left', { room: room.S, text: name.S });
  }
}
