import { BrokenStack } from '#assembly/broken-stack';
import type { MarkersConfig } from './request.ts';

/** Puts the values that only a deployment knows where CDK left marks for them. @throws BrokenStack */
export function fillMarkers(text: string, markers: Readonly<Record<string, unknown>>, config: MarkersConfig): string {
  return Object.entries(markers).reduce((filled, [marker, value]) => {
    const encoding = config.markerEncodings[marker] ?? (config.jsonEscape ? 'UNQUOTED_JSON_VALUE' : 'LITERAL');
    return filled.replaceAll(marker, () => encode(value, encoding));
  }, text);
}

function encode(value: unknown, encoding: string): string {
  const json = JSON.stringify(value);
  if (encoding === 'LITERAL' && typeof value === 'string') return value;
  if (encoding === 'JSON_VALUE') return json;
  if (encoding === 'UNQUOTED_JSON_VALUE') return typeof value === 'string' ? json.slice(1, -1) : json;
  throw new BrokenStack(`unable to write ${json} into a deployed file; its encoding ${encoding} is not known locally`);
}
