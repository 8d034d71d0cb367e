/** What tells a photo's file apart: its bytes by FNV-1a of 64 bits, as `file_key` in src/data/pictures.rs computes it. */

const HALF = 2 ** 32;
/** The lower part of the prime 2⁴⁰ + 0x1b3. */
const PRIME = 0x1b3;

export function fileKey(bytes: Uint8Array): bigint {
  // Two halves of 32 bits: their products stay below 2⁵³, and are many times faster than those of bigints.
  let [high, low] = [0xcbf29ce4, 0x84222325];
  for (const byte of bytes) {
    low = (low ^ byte) >>> 0;
    const product = low * PRIME;
    high = (high * PRIME + Math.floor(product / HALF) + low * 0x100) % HALF;
    low = product % HALF;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}
