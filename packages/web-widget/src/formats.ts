/** Numbers in the language of the page. */
export interface Formats {
  /** BCP 47; undefined for the browser's own language. */
  readonly locale: string | undefined
  /** `79,312` */
  count(value: number): string
  /** `56%`; never rounds some to none (`<1%`) nor most to all (`>99%`). */
  share(value: number): string
}

/** @param language BCP 47; for none, and for what is no language, the browser's own. */
export function createFormats(language: string): Formats {
  const locale = known(language)
  const percent = new Intl.NumberFormat(locale, { style: 'percent' })
  return {
    locale,
    count: (value) => value.toLocaleString(locale),
    share(value) {
      const shown = Math.round(value * 100)
      if (shown === 0 && value > 0) return `<${percent.format(0.01)}`
      if (shown === 100 && value < 1) return `>${percent.format(0.99)}`
      return percent.format(value)
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
