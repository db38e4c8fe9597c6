// Imported before everything else: this process's clock is wrong by so many milliseconds.
const skew = Number(process.env.LIVE_POLL_TEST_SKEW)
const RightDate = Date

globalThis.Date = class extends RightDate {
  constructor(...given) {
    super(...(given.length > 0 ? given : [RightDate.now() + skew]))
  }

  static now() {
    return RightDate.now() + skew
  }
}
