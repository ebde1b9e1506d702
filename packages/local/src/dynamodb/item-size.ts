import { z } from 'zod';

const image = z.record(z.string(), z.unknown());
const strings = z.array(z.string());
const list = z.array(z.unknown());
const bytes = (text: string) => Buffer.byteLength(text);
const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

/**
 * Bytes of an item in DynamoDB's JSON, names and values, as DynamoDB counts them for capacity.
 * Source: AWS, "DynamoDB item sizes and formats".
 */
export function itemSize(item: unknown): number {
  return sum(Object.entries(image.parse(item)).map(([name, value]) => bytes(name) + valueSize(value)));
}

function valueSize(value: unknown): number {
  const [[type, content] = ['', undefined]] = Object.entries(image.parse(value));
  switch (type) {
    case 'S':
      return bytes(String(content));
    case 'N':
      return numberSize(String(content));
    case 'B':
      return Buffer.from(String(content), 'base64').length;
    case 'SS':
      return sum(strings.parse(content).map(bytes));
    case 'NS':
      return sum(strings.parse(content).map(numberSize));
    case 'BS':
      return sum(strings.parse(content).map((text) => Buffer.from(text, 'base64').length));
    case 'L':
      return 3 + sum(list.parse(content).map((one) => 1 + valueSize(one)));
    case 'M':
      return 3 + sum(Object.entries(image.parse(content)).map(([name, one]) => 1 + bytes(name) + valueSize(one)));
    default:
      return 1;
  }
}

/** About one byte for two significant digits, and one more. */
function numberSize(text: string): number {
  const digits = text
    .replace(/e.*$/i, '')
    .replace(/\D/g, '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1;
}
