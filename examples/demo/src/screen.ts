import { readFile } from 'node:fs/promises'
import type { Poll } from '@live-poll/server-sdk'
import { renderSVG } from 'uqr'
import { fill } from './fill.ts'

export interface ScreenInput {
  readonly poll: Poll
  /** Where to vote. */
  readonly url: string
}

/** Writes the page of one poll's results, for a projector. */
export type Screen = (input: ScreenInput) => string

/** Reads the page, once. */
export async function createScreen(folder: URL): Promise<Screen> {
  const page = await readFile(new URL('screen.html', folder), 'utf8')
  return ({ poll, url }) =>
    fill(page, {
      id: poll.id,
      choices: `${poll.choices.length}`,
      url,
      code: renderSVG(url, { border: 2 }),
    })
}
