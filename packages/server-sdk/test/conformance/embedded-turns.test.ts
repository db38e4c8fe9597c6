import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openEmbeddedStores } from './embedded-stores.ts'
import type { StoresUnderTest } from './stores.ts'

/** Far more than run in a moment. */
const statements = 5000

let stores: StoresUnderTest
beforeAll(async () => {
  stores = await openEmbeddedStores()
})
afterAll(() => stores.close())

/** Becomes true in a turn that a timer gets. */
function startTimer(): { hasFired: boolean } {
  const timer = { hasFired: false }
  setTimeout(() => {
    timer.hasFired = true
  }, 1)
  return timer
}

const ask = () => sql`select 1`.execute(stores.db)

it('lets timers have their turn while somebody asks again and again', async () => {
  const timer = startTimer()
  let asked = 0
  while (!timer.hasFired && asked < statements) {
    await ask()
    asked++
  }
  expect(timer.hasFired).toBe(true)
})

it('lets timers have their turn within a long transaction', async () => {
  const timer = startTimer()
  const hasFired = await stores.db.transaction().execute(async (trx) => {
    for (let asked = 0; !timer.hasFired && asked < statements; asked++) await sql`select 1`.execute(trx)
    return timer.hasFired
  })
  expect(hasFired).toBe(true)
})

it('lets timers have their turn while many wait for it', async () => {
  const timer = startTimer()
  let answeredBefore = 0
  await Promise.all(
    Array.from({ length: 1000 }, () =>
      ask().then(() => {
        if (!timer.hasFired) answeredBefore++
      }),
    ),
  )
  expect(answeredBefore).toBeLessThan(1000)
})
