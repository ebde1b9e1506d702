/** Bytes of an item, as DynamoDB counts them: "DynamoDB item sizes and formats". */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number')
    return 1 + Math.ceil(String(value).replace(/\D/g, '').replace(/0+$/, '').length / 2 + 0.5);
  if (value instanceof Set) return [...value].reduce((sum, one) => sum + sizeOf(one), 0);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce((sum, [name, one]) => sum + 1 + Buffer.byteLength(name) + sizeOf(one), 3);
}
