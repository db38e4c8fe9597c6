import { readFile } from 'node:fs/promises'

/** What the election's own tabulator published. */
export interface PublishedResult {
  readonly contest: string
  /** Votes of each candidate in the first round, the most first. */
  readonly firstChoices: ReadonlyMap<string, number>
}

export async function readPublished(
  file = new URL('../data/expected.json', import.meta.url),
): Promise<PublishedResult> {
  const { contest, firstChoices } = JSON.parse(await readFile(file, 'utf8'))
  return { contest, firstChoices: new Map(Object.entries<number>(firstChoices)) }
}
