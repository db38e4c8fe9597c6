import { Client, Pool } from 'pg'
import { expect, it, vi } from 'vitest'
import { postgres } from '../../src/adapters/postgres/postgres.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { createPostgresDatabase, describeOnPostgres } from '../servers/postgres.ts'
import { newPoll } from './stores.ts'

describeOnPostgres('a statement that is planned while nobody has voted', () => {
  it('looks each voter up in the index, also when a hundred thousand have', async () => {
    const database = await createPostgresDatabase()
    const pool = new Pool({ connectionString: database.url, max: 1 })
    const { ballots } = await postgres({ pool }).open(createRecordingLogger())
    const voter = { pollId: 'p', voterKey: 'k' }
    const vote = {
      ...voter,
      box: 0,
      voteId: 'v',
      plan: 1,
      planEpoch: 1,
      ballot: [1],
      revision: undefined,
      epoch: undefined,
    }
    for (let time = 0; time < 10; time++) {
      await ballots.readVotes([voter]) // from the sixth on its plan is kept
      await ballots.commit([vote])
    }

    const { rows } = await pool.query(
      "select name, cardinality(parameter_types) as parameters from pg_prepared_statements where statement ~ '^\\s*select.*live_poll_votes'",
    )
    const parameters = rows.map((row) => row.parameters).sort()
    expect(parameters, 'one reads votes alone, one with the rules of their polls').toEqual([2, 3])
    for (const { name, parameters } of rows) {
      const values = ["'{p}'", "'{p}'", "'{k}'"].slice(-parameters) // polls, and who has voted in which
      const plan = await pool.query(`explain execute "${name}"(${values})`)
      const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(text).toContain('Index Scan using live_poll_votes_key')
      expect(text).not.toContain('Seq Scan')
      if (parameters === 3) expect(text).toContain('Index Scan using live_poll_polls_pkey')
    }

    await pool.end()
    await database.drop()
  })
})

describeOnPostgres('a batch of votes', () => {
  it('is planned once, and by indexes, also while its tables are small', async () => {
    const database = await createPostgresDatabase()
    const pool = new Pool({ connectionString: database.url, max: 1 })
    const { ballots, polls } = await postgres({ pool }).open(createRecordingLogger())
    const poll = newPoll()
    const other = newPoll()
    for (const one of [poll, other]) await polls.insert(one)
    const vote = (voterKey: string) => ({
      ...{ pollId: poll.id, box: 0, voterKey, voteId: 'v', plan: 1, planEpoch: 1, ballot: [1] },
      ...{ revision: undefined, epoch: undefined },
    })
    await ballots.commit(Array.from({ length: 20 }, (_, index) => vote(`voter ${index}`)))
    await pool.query('analyze') // from here on Postgres knows that reading all of them would be shorter
    for (let time = 0; time < 10; time++) {
      for (const more of ['later', 'last']) await ballots.commit([vote(`${more} ${time}`)])
      const change = { ...vote('voter 1'), voteId: `v${time}`, revision: time + 1 }
      await ballots.commit([change])
      await ballots.commit([{ ...change, pollId: other.id }, change])
    }

    const { rows } = await pool.query(
      `select name, statement, cardinality(parameter_types) as parameters, custom_plans::int as "customPlans"
       from pg_prepared_statements where generic_plans >= 10`,
    )
    expect(rows, 'locks one and several, writes of first votes, reads and writes').toHaveLength(5)
    await pool.query("set plan_cache_mode = 'force_generic_plan'") // so that what is explained is the plan that was kept
    for (const { name, statement, parameters, customPlans } of rows) {
      // What sets its own limits is planned a few times before its plan is kept: it calls a function, see below.
      const callsFunction = statement.includes('write_first_votes')
      expect(customPlans, statement).toBe(callsFunction ? 5 : 0)
      if (callsFunction) continue
      const nulls = Array.from({ length: parameters }, () => 'null')
      const plan = await pool.query(`explain execute "${name}"(${nulls})`)
      const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(text).toContain('Index Scan')
      expect(text).not.toContain('Seq Scan')
      expect(text.match(/Index Cond/g), 'none goes through the whole of an index').toHaveLength(
        text.match(/Index (Only )?Scan/g)?.length ?? 0,
      )
      if (!/votes_key on live_poll_votes/.test(text)) continue
      expect(text, 'each voter by the whole key').toMatch(/Index Cond: .*poll_id.* AND .*voter_key = asked.voter_key/)
    }

    await pool.end()
    await database.drop()
  })

  it('is planned so as well where a function writes first votes', async () => {
    const database = await createPostgresDatabase()
    const pool = new Pool({ connectionString: database.url, max: 1 })
    const { ballots, polls } = await postgres({ pool }).open(createRecordingLogger())
    const made = [newPoll(), newPoll()]
    for (const one of made) await polls.insert(one)
    const commit = (voterKey: string, number = made.length) =>
      ballots.commit(
        made.slice(0, number).map(({ id: pollId }) => ({
          ...{ pollId, box: 0, voterKey, voteId: 'v', plan: 1, planEpoch: 1, ballot: [1] },
          ...{ revision: undefined, epoch: undefined },
        })),
      )
    await commit('first')
    await pool.query('analyze') // and yet
    for (let time = 0; time < 10; time++) {
      await commit(`later ${time}`)
      await commit(`alone ${time}`, 1)
    }

    const client = await pool.connect()
    const plans: string[] = []
    client.on('notice', ({ message }) => plans.push(message ?? ''))
    await client.query(`load 'auto_explain'; set auto_explain.log_min_duration = 0;
      set auto_explain.log_nested_statements = on; set client_min_messages = log`)
    client.release()
    await commit('last')
    await commit('last alone', 1)
    const text = plans.join('\n')
    for (const key of ['boxes_key', 'polls_pkey']) expect(text).toContain(`Index Scan using live_poll_${key}`)
    expect(
      text.match(/Query Text:\s+(with raised|update "live_poll_boxes")/g),
      'of several boxes, and of one',
    ).toHaveLength(2)
    expect(text).not.toMatch(/Seq Scan|Hash|Merge/)
    expect(text.match(/Index Cond/g), 'none goes through the whole of an index').toHaveLength(
      text.match(/Index (Only )?Scan/g)?.length ?? 0,
    )

    await pool.end()
    await database.drop()
  })
})

describeOnPostgres('a poll that is read while there are no others, and no pictures', () => {
  it('is planned to be looked up by its key, and so are they, for when there are a hundred thousand', async () => {
    const database = await createPostgresDatabase()
    const pool = new Pool({ connectionString: database.url, max: 1 })
    const { polls } = await postgres({ pool }).open(createRecordingLogger())
    const query = vi.spyOn(Client.prototype, 'query')
    for (let time = 0; time < 10; time++) await polls.read('p')
    const texts = query.mock.calls.map(([asked]) => (asked as { text?: string }).text ?? '')
    query.mockRestore()
    const text = texts.find((one) => one.includes('live_poll_images')) ?? expect.fail('It asks for pictures.')

    await pool.query("set plan_cache_mode = 'force_generic_plan'")
    await pool.query(`prepare reading as ${text}`)
    const { rows } = await pool.query(`explain execute reading('{p}')`)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan.match(/Index Scan using live_poll_images_pkey/g)).toHaveLength(2)
    expect(plan).toContain('Index Scan using live_poll_polls_pkey')
    expect(plan).not.toContain('Seq Scan')
    expect(plan, 'it is not worth to be compiled').not.toContain('JIT')

    await pool.end()
    await database.drop()
  })
})
