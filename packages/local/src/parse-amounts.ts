import { splitOnce } from './text.ts';

/**
 * Parses a list like `postGone=0.1,dropDisconnect=0.5`. Empty or undefined: nothing.
 * @param about.verb begins the error's sentence, like `unable to switch on the fault`
 * @param about.highest the highest value that a name may have; the lowest is 0
 * @throws Error, one sentence, for an unknown name or a value out of range
 */
export function parseAmounts<Name extends string>(
  text: string | undefined,
  about: { verb: string; names: readonly Name[]; highest: (name: Name) => number },
): Partial<Record<Name, number>> {
  const { verb, names, highest } = about;
  const amounts: Partial<Record<Name, number>> = {};
  for (const part of (text ?? '').split(',').filter((piece) => piece.trim() !== '')) {
    const [given, value] = splitOnce(part, '=').map((side) => side.trim());
    const name = names.find((known) => known === given);
    if (name === undefined) throw new Error(`${verb} "${given}"; known are ${names.join(', ')}`);
    const amount = Number(value);
    if (value === '' || !(amount >= 0 && amount <= highest(name))) {
      throw new Error(`${verb} ${name}; "${value}" is not a number between 0 and ${highest(name)}`);
    }
    amounts[name] = amount;
  }
  return amounts;
}
