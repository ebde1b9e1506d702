/**
 * Engines show the number of a record in different ways: dynoxide 1.2.1 shows the third record of a table as 3, newer versions as DynamoDB
 * shows its own, with 21 digits: 10^20 + 3. A position is the number without that, so that a data folder may be used with both.
 */
const first = 10n ** 20n;

/** The position of a record with this number. */
export function positionOf(sequenceNumber: string): bigint {
  const number = BigInt(sequenceNumber);
  return number >= first ? number - first : number;
}

/** The number of a record at this position, as the engine that made `sample` shows it. */
export function numberAt(position: bigint, sample: string): string {
  return BigInt(sample) >= first ? `${first + position}` : `${position}`.padStart(sample.length, '0');
}
