import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import { parseCsvRow } from './parse-csv-row.ts'

/** One ballot of the election, as it was cast. */
export interface Ballot {
  /** 1 for the first ballot of the file. */
  readonly row: number
  /** Names, the best first; none for a blank ballot. */
  readonly ranks: readonly string[]
}

/** The 80,101 ballots of the election. */
export const ballotsFile = fileURLToPath(new URL('../data/ballots.csv.gz', import.meta.url))

/**
 * Reads a gzipped CSV file of ballots, one a row under a heading, as they are asked for.
 * @throws Error that names the row that cannot be read
 */
export async function* readBallots(file = ballotsFile): AsyncGenerator<Ballot> {
  let row = -1
  for await (const line of readLines(file)) {
    row++
    if (row > 0) yield { row, ranks: readRanks(line, row) }
    else if (!/^rank1\b/.test(line)) throw new Error(`${file} does not begin with "rank1".`)
  }
}

async function* readLines(file: string): AsyncGenerator<string> {
  // An error of the file ends the gunzip too, and with it the reading.
  const text = pipeline(createReadStream(file), createGunzip(), () => {})
  try {
    yield* createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })
  } catch (cause) {
    throw new Error(`${file} cannot be read.`, { cause })
  } finally {
    text.destroy() // whoever asked may have had enough
  }
}

function readRanks(line: string, row: number): readonly string[] {
  try {
    return parseCsvRow(line).filter((name) => name !== '')
  } catch (cause) {
    throw new Error(`Ballot ${row} cannot be read.`, { cause })
  }
}
