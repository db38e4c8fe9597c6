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
    const voter = { pollId: 'p', voterKey: 'k' }
    const vote = { ...voter, box: 0, voteId: 'v', plan: 1, ballot: [1], revision: undefined, epoch: undefined }
    for (let time = 0; time < 10; time++) {
      await ballots.readVotes([voter]) // from the sixth on its plan is kept
      await ballots.commit([vote])
    }

    const { rows } = await pool.query(
      "select name, cardinality(parameter_types) as parameters from pg_prepared_statements where statement like '%live_poll_votes%'",
    )
    expect(rows, 'one reads votes alone, one with the rules of their polls').toHaveLength(2)
    for (const { name, parameters } of rows) {
      const values = ["'{p}'", "'{p}'", "'{k}'"].slice(-parameters)
      const plan = await pool.query(`explain execute "${name}"(${values})`)
      const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(text).toContain('Index Scan using live_poll_votes_key')
      expect(text).not.toContain('Seq Scan on live_poll_votes')
    }

    await pool.end()
    await database.drop()
  })
})
