/**
 * Milliseconds after which whoever is turned away may come again: two seconds at least and four at most, so that not all
 * come at once.
 */
export function comeAgainAfter(): number {
  return Math.ceil(2000 * (1 + Math.random()))
}
