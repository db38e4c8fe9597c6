/**
 * How much of something a test does: all of it in `npm run test:long`; here less, and that is printed.
 * @param what as in `kills`
 */
export function atLength(what: string, here: number, long: number): number {
  if (process.env.LIVE_POLL_TEST_LONG) return long
  console.log(`${here.toLocaleString('en-US')} ${what} here, ${long.toLocaleString('en-US')} in npm run test:long`)
  return here
}
