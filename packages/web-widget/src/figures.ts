import type { Results } from '@live-poll/client-sdk'

/** What stands at the end of a choice's line. */
export interface Figure {
  readonly votes: number
  /** Votes a voter, 0 to 1. With several choices a ballot the shares add up to more than 1. */
  readonly share: number
  /** Whether no choice has more votes and this one has any; true for each of a tie. */
  readonly leading: boolean
}

/** The figures of a poll, in the order of its choices. */
export function figuresOf(results: Results): readonly Figure[] {
  const most = Math.max(1, ...results.votes)
  return results.votes.map((votes) => ({
    votes,
    share: results.voters > 0 ? votes / results.voters : 0,
    leading: votes === most,
  }))
}

/** Numbers and times in the language of the page. */
export interface Formats {
  /** `79,312` */
  readonly count: (value: number) => string
  /** `56%`; never rounds some to none (`<1%`) nor most to all (`>99%`). */
  readonly share: (value: number) => string
  /** A moment in ISO 8601 as date and time, in the reader's time zone. */
  readonly time: (moment: string) => string
}

/** @param language BCP 47; what the browser does not know falls back to its own language. */
export function createFormats(language: string | undefined): Formats {
  const locale = known(language)
  const number = new Intl.NumberFormat(locale)
  const percent = new Intl.NumberFormat(locale, { style: 'percent' })
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  return {
    count: (value) => number.format(value),
    share(value) {
      if (value > 0 && value < 0.005) return `<${percent.format(0.01)}`
      if (value < 1 && value >= 0.995) return `>${percent.format(0.99)}`
      return percent.format(value)
    },
    time: (moment) => moments.format(new Date(moment)),
  }
}

function known(language: string | undefined): string | undefined {
  try {
    return language ? Intl.getCanonicalLocales(language)[0] : undefined
  } catch {
    return undefined
  }
}
