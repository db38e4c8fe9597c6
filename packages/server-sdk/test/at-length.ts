/**
 * How much of something a test does: all of it in `npm run test:long`; here less, and that is printed.
 * @param what as in `kills`
 */
export function atLength(what: string, here: number, long: number): number {
  if (process.env.LIVE_POLL_TEST_LONG) return long
  console.log(`${here.toLocaleString('en-US')} ${what} here, ${long.toLocaleString('en-US')} in npm run test:long`)
  return here
}

/**
 * All of several in `npm run test:long`; here some, by turns from day to day. `LIVE_POLL_TEST_DAY` says which day it is, or `all`.
 * @param what as in `examples`. Different ones do not have the same turn
 */
export function byTurns<T>(what: string, all: readonly T[], here: number, nameOf: (one: T) => string = String) {
  const day = process.env.LIVE_POLL_TEST_DAY ?? String(Math.floor(Date.now() / 86_400_000))
  const count = day === 'all' ? all.length : atLength(what, here, all.length)
  const turn = Number(day) * count + [...what].reduce((sum, letter) => sum + letter.charCodeAt(0), 0)
  const chosen = all.filter((_, index) => count === all.length || (index + turn) % all.length < count)
  if (chosen.length < all.length) console.log(`LIVE_POLL_TEST_DAY=${day}: ${chosen.map(nameOf).join(', ')}`)
  return chosen
}
