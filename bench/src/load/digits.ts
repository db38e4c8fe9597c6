/** Writes a whole number as ten digits, leading zeros among them. */
export function writeDigits(bytes: Buffer, at: number, value: number): void {
  // Two halves that fit into 31 bits: division of larger numbers is far slower.
  const high = Math.floor(value / 100_000)
  writeFive(bytes, at, high)
  writeFive(bytes, at + 5, value - high * 100_000)
}

function writeFive(bytes: Buffer, at: number, value: number): void {
  let left = value | 0
  for (let index = at + 4; index >= at; index--) {
    const rest = (left / 10) | 0
    bytes[index] = 48 + left - rest * 10
    left = rest
  }
}

/** The whole number that begins at a place and ends at anything but a digit; -1 where none begins. */
export function readDigits(bytes: Buffer, at: number, end: number): number {
  let value = 0
  let index = at
  for (; index < end; index++) {
    const digit = (bytes[index] as number) - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  return index === at ? -1 : value
}
