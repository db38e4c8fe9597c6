import { setTimeout as pass } from 'node:timers/promises'
import type { WatchedPoll } from '@live-poll/client-sdk'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../../src/adapters/sql/tables.ts'

/** How far screens are behind what is committed. */
export interface ScreenLag {
  /** Milliseconds: the longest that a screen has not shown what was committed, since the last call. */
  worst(): number
  stop(): Promise<void>
}

/** Milliseconds between two looks. */
const interval = 50

/** Looks again and again at the database, and at every screen of each poll. */
export function watchLag(
  db: Kysely<Tables>,
  pollIds: readonly string[],
  screens: (pollId: string) => readonly (WatchedPoll | undefined)[],
): ScreenLag {
  /** Of each poll, the versions that not every screen has shown, and when they were seen first. */
  const unseen = new Map<string, { version: number; at: number }[]>(pollIds.map((id) => [id, []]))
  let worst = 0
  let isOver = false

  async function look() {
    const rows = await db
      .selectFrom('live_poll_boxes')
      .select(['poll_id', sql<string>`sum(version)`.as('version')])
      .groupBy('poll_id')
      .execute()
    const at = performance.now()
    for (const { poll_id, version } of rows) {
      const versions = unseen.get(poll_id)
      if (!versions) continue
      if (Number(version) !== versions.at(-1)?.version) versions.push({ version: Number(version), at })
      const shown = Math.min(...screens(poll_id).map((screen) => screen?.results?.version ?? 0))
      while (versions[0] && versions[0].version <= shown) versions.shift()
      if (versions[0]) worst = Math.max(worst, at - versions[0].at)
    }
  }

  async function looking() {
    while (!isOver) {
      await look()
      await pass(interval)
    }
  }
  const looked = looking()

  return {
    worst() {
      const found = worst
      worst = 0
      return Math.round(found)
    },
    async stop() {
      isOver = true
      await looked
    },
  }
}
