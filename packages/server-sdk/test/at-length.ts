/**
 * How much of something a test does: all of it in `npm run test:long`; here less, and that is printed.
 * @param what as in `kills`
 */
export function atLength(what: string, here: number, long: number): number {
  if (process.env.LIVE_POLL_TEST_LONG) return long
  console.log(`${here.toLocaleString('en-US')} ${what} here, ${long.toLocaleString('en-US')} in npm run test:long`)
  return here
}

/** All of several in `npm run test:long`; here some, by turns from day to day. */
export function byTurns<T>(what: string, all: readonly T[], here: number): readonly T[] {
  const count = atLength(what, here, all.length)
  const day = Number(process.env.LIVE_POLL_TEST_DAY ?? Math.floor(Date.now() / 86_400_000))
  const chosen = all.filter((_, index) => (index + day * count) % all.length < count)
  if (chosen.length < all.length) console.log(`LIVE_POLL_TEST_DAY=${day}: ${chosen.join(', ')}`)
  return chosen
}
