import { Pool } from 'pg'
import { expect, it } from 'vitest'
import { postgres } from '../../src/adapters/postgres/postgres.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { createPostgresDatabase, describeOnPostgres } from '../servers/postgres.ts'

describeOnPostgres('a statement that is planned while nobody has voted', () => {
  it('looks each voter up in the index, also when a hundred thousand have', async () => {
    const database = await createPostgresDatabase()
    const pool = new Pool({ connectionString: database.url, max: 1 })
    const { ballots } = await postgres({ pool }).open(createRecordingLogger())
    const voters = [{ pollId: 'p', voterKey: 'k' }]
    for (let time = 0; time < 10; time++) await ballots.readVotes(voters) // from the sixth on its plan is kept

    const { rows } = await pool.query(
      "select name from pg_prepared_statements where statement like '%live_poll_votes%'",
    )
    expect(rows).toHaveLength(1)
    const plan = await pool.query(`explain execute "${rows[0].name}"('{p}', '{k}')`)
    const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(text).toContain('Index Scan using live_poll_votes_key')
    expect(text).not.toContain('Seq Scan')

    await pool.end()
    await database.drop()
  })
})
