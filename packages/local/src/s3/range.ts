import { S3Error } from './errors.ts';

/** Inclusive, as in the header. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The range of a `Range` header. Undefined means the whole object, also for several ranges and for other units, as on S3.
 * @throws S3Error InvalidRange if the range begins after the object's end
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw new S3Error('InvalidRange', { details: { RangeRequested: header ?? '', ActualObjectSize: size } });
  }
  return { start, end };
}
