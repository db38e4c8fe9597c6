import { sql, type Transaction } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mysqlSql } from '../../src/adapters/mysql/mysql-sql.ts'
import { createSqlInvitationStore } from '../../src/adapters/sql/invitation-store.ts'
import { lockInvitations } from '../../src/adapters/sql/lock-invitations.ts'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import { openMariadbStores } from '../conformance/mariadb-stores.ts'
import { insertPoll, type StoresUnderTest, vote } from '../conformance/stores.ts'
import { describeOnMariadb } from '../servers/mariadb.ts'

describeOnMariadb('connections of a mysql2 pool', () => {
  let stores: StoresUnderTest
  beforeAll(async () => {
    stores = await openMariadbStores()
  })
  afterAll(() => stores.close())

  /** Locks a box in a transaction, does what the test says, and asks once more. @returns how it ended */
  async function lock(pollId: string, then: (trx: Transaction<Tables>) => Promise<unknown>): Promise<string> {
    const locking = stores.db.transaction().execute(async (trx) => {
      await mysqlSql.lockBoxes(trx, [{ pollId, box: 0 }], true)
      await then(trx)
      await sql`select 1`.execute(trx)
      return 'committed'
    })
    return locking.catch((error) => mysqlSql.classify(error))
  }

  const accepted = [{ kind: 'accepted', revision: 1, epoch: 1 }]

  test('one that is killed in a transaction leaves the pool; its locks go, and this process does not', async () => {
    const pollId = await insertPoll(stores)
    let killed = 0
    const ended = await lock(pollId, async (trx) => {
      killed = await connectionId(trx)
      await sql`kill ${sql.lit(killed)}`.execute(stores.db)
      expect(await stores.ballots.commit([vote(pollId)])).toEqual(accepted)
    })
    expect(ended).toBe('lost')
    const others = await Promise.all(Array.from({ length: 20 }, () => connectionId(stores.db)))
    expect(others).not.toContain(killed)
  })

  test('a transaction that stands still for 2 s loses its locks, so that others wait no longer', async () => {
    const pollId = await insertPoll(stores)
    const ended = await lock(pollId, async () => {
      expect(await stores.ballots.commit([vote(pollId)])).toEqual(accepted)
    })
    expect(ended).toBe('lost')
  })

  test('who waits 3 s for a lock in vain may try again; who holds it and is at work keeps it', async () => {
    const pollId = await insertPoll(stores)
    const ended = await lock(pollId, async (trx) => {
      let isWaiting = true
      const waiting = lock(pollId, async () => {}).finally(() => {
        isWaiting = false
      })
      while (isWaiting) await sql`select 1`.execute(trx)
      expect(await waiting).toBe('again')
    })
    expect(ended).toBe('committed')
    expect(await lock(pollId, async () => {})).toBe('committed')
  })

  test('of two that lock each other out one may try again', async () => {
    const polls = [await insertPoll(stores), await insertPoll(stores)] as const
    let locked = 0
    let meet = () => {}
    const met = new Promise<void>((resolve) => {
      meet = resolve
    })
    const lockBoth = (first: string, second: string) =>
      lock(first, async (trx) => {
        if (++locked === 2) meet()
        await met
        await mysqlSql.lockBoxes(trx, [{ pollId: second, box: 0 }], true)
      })
    const ends = await Promise.all([lockBoth(polls[0], polls[1]), lockBoth(polls[1], polls[0])])
    expect(ends.sort()).toEqual(['again', 'committed'])
  })

  test('locks and writes touch no other poll’s boxes, however few there are', async () => {
    const [pollId, other, third] = [await insertPoll(stores), await insertPoll(stores), await insertPoll(stores)]
    const boxes = [pollId, third].map((id) => ({ pollId: id, box: 0 }))
    const ended = await lock(other, () =>
      stores.db.transaction().execute(async (trx) => {
        await sql`flush status`.execute(trx)
        for (const some of [boxes, boxes.slice(0, 1)]) {
          expect(await mysqlSql.lockBoxes(trx, some, true)).toHaveLength(some.length)
          await mysqlSql.raiseVersions(trx, some)
        }
        const { rows } = await sql`show session status like 'Handler_read_rnd_next'`.execute(trx)
        expect(rows, 'rows read without an index').toEqual([{ Variable_name: 'Handler_read_rnd_next', Value: '0' }])
      }),
    )
    expect(ended).toBe('committed')
  })

  test('votes lock their invitations, and no other poll’s', async () => {
    const [pollId, other] = [await insertPoll(stores), await insertPoll(stores)]
    const own = Array.from({ length: 200 }, (_, index) => `b${String(index).padStart(3, '0')}`)
    await createSqlInvitationStore(stores.db, mysqlSql).add(pollId, own)
    await createSqlInvitationStore(stores.db, mysqlSql).add(other, ['e', 'c', 'a'])
    const votesOf = (poll: string, ids: readonly string[]) => ids.map((invitation) => vote(poll, { invitation }))
    const lockThose = (trx: Transaction<Tables>, poll: string, ids: readonly string[]) =>
      lockInvitations(trx, mysqlSql, votesOf(poll, ids)).then((locked) => [...locked.keys()])
    const ended = await lock(other, async (trx) => {
      expect(await lockThose(trx, other, ['e', 'a', 'c', 'x'])).toEqual(['a', 'c', 'e'])
      await stores.db.transaction().execute(async (beside) => {
        expect(await lockThose(beside, pollId, [...own].reverse())).toEqual(own)
      })
    })
    expect(ended).toBe('committed')
  })
})

async function connectionId(db: Parameters<typeof mysqlSql.readVotes>[0]): Promise<number> {
  const { rows } = await sql<{ id: number }>`select connection_id() as id`.execute(db)
  return rows[0]?.id ?? 0
}
