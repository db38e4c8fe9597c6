/** Numbers and times in the language of the page. */
export interface Formats {
  /** `79,312` */
  count(value: number): string
  /** `56%`; never rounds some to none (`<1%`) nor most to all (`>99%`). */
  share(value: number): string
  /** A moment in ISO 8601 as date and time, in the reader's time zone. */
  time(moment: string): string
  /** A time left, in milliseconds, as minutes and seconds: `2:05`. What has begun counts whole. */
  left(duration: number): string
}

/** @param language BCP 47; for none, and for what is no language, the browser's own. */
export function createFormats(language: string): Formats {
  const locale = known(language)
  const percent = new Intl.NumberFormat(locale, { style: 'percent' })
  const twoDigits = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 })
  return {
    count: (value) => value.toLocaleString(locale),
    share(value) {
      const shown = Math.round(value * 100)
      if (shown === 0 && value > 0) return `<${percent.format(0.01)}`
      if (shown === 100 && value < 1) return `>${percent.format(0.99)}`
      return percent.format(value)
    },
    time: (moment) => new Date(moment).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' }),
    left(duration) {
      const seconds = Math.ceil(duration / 1000)
      return `${Math.floor(seconds / 60).toLocaleString(locale)}:${twoDigits.format(seconds % 60)}`
    },
  }
}

function known(language: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(language || undefined)[0]
  } catch {
    return undefined
  }
}
