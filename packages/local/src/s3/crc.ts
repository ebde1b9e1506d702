/** A reflected CRC of 32 or 64 bits. It is computed in halves of 32 bits, because 64-bit integers would be twenty times slower. */
export interface Crc {
  update(bytes: Uint8Array): void;
  /** Big-endian. */
  digest(): Buffer;
}

interface Polynomial {
  readonly high: number;
  readonly low: number;
  readonly bits: 32 | 64;
}

/** Castagnoli: https://www.rfc-editor.org/rfc/rfc3720#section-12.1 */
const crc32cPolynomial: Polynomial = { high: 0, low: 0x82f63b78, bits: 32 };
/** NVM Express command set, section 5.2.1.3.4. */
const crc64NvmePolynomial: Polynomial = { high: 0x9a6c9329, low: 0xac4bc9b5, bits: 64 };

const tables = new Map<Polynomial, { high: Uint32Array; low: Uint32Array }>();

export const startCrc32c = (): Crc => start(crc32cPolynomial);
export const startCrc64Nvme = (): Crc => start(crc64NvmePolynomial);

function start(polynomial: Polynomial): Crc {
  const table = tables.get(polynomial) ?? makeTable(polynomial);
  tables.set(polynomial, table);
  const is64 = polynomial.bits === 64;
  let high = is64 ? 0xffffffff : 0;
  let low = 0xffffffff;
  return {
    update(bytes) {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (table.low[index] ?? 0);
        high = (high >>> 8) ^ (table.high[index] ?? 0);
      }
    },
    digest() {
      const value = Buffer.alloc(8);
      value.writeUInt32BE(~high >>> 0, 0);
      value.writeUInt32BE(~low >>> 0, 4);
      return is64 ? value : value.subarray(4);
    },
  };
}

function makeTable(polynomial: Polynomial): { high: Uint32Array; low: Uint32Array } {
  const table = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    let [high, low] = [0, byte];
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd) [high, low] = [high ^ polynomial.high, low ^ polynomial.low];
    }
    table.high[byte] = high;
    table.low[byte] = low;
  }
  return table;
}
