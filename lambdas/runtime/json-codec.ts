/**
 * Writes and reads DynamoDB's JSON with `JSON` alone. The SDK's codec walks through the schema and writes byte for byte in JavaScript, because it
 * also knows binary attributes and times. No item here has a binary attribute, and no answer of an operation on items has a time.
 */
import { JsonCodec2, JsonShapeDeserializer2, JsonShapeSerializer2 } from '@smithy/core/protocols';

const settings = { timestampFormat: { useTrait: true, default: 7 }, jsonName: false } as const;

class Serializer extends JsonShapeSerializer2 {
  #bytes: Uint8Array = new Uint8Array();

  override write(_schema: unknown, input: unknown): void {
    this.#bytes = Buffer.from(JSON.stringify(input));
  }

  override flush(): Uint8Array {
    return this.#bytes;
  }
}

class Deserializer extends JsonShapeDeserializer2 {
  override async read(_schema: unknown, bytes: Uint8Array | string): Promise<unknown> {
    return JSON.parse(
      typeof bytes === 'string' ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(),
    );
  }
}

export class ItemCodec extends JsonCodec2 {
  constructor() {
    super(settings);
  }

  override createSerializer(): JsonShapeSerializer2 {
    return new Serializer(settings);
  }

  override createDeserializer(): JsonShapeDeserializer2 {
    return new Deserializer(settings);
  }
}
