/** As option `shedding`: what a test does, in this process or beside it, is lag of the event loop, too. */
export const neverShed = {
  connections: Number.POSITIVE_INFINITY,
  watches: Number.POSITIVE_INFINITY,
  votes: Number.POSITIVE_INFINITY,
}
