const POLYNOMIAL = 0x04c11db7

/**
 * The checksum that the POSIX command `cksum` prints, as an unsigned number: for nodes without a SHA-256 command.
 * Source: POSIX.1-2017, cksum (the bytes, then the length, low byte first; most significant bit first; inverted).
 */
export const posixCksum = (bytes: Uint8Array): number => {
  let crc = 0
  const add = (byte: number): void => {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ POLYNOMIAL : crc << 1
  }
  for (const byte of bytes) add(byte)
  for (let rest = bytes.length; rest > 0; rest = Math.floor(rest / 256)) add(rest % 256)
  return ~crc >>> 0
}
