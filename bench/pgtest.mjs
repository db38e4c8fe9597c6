import { createLivePoll } from '@live-poll/server-sdk'
import { postgres } from '@live-poll/server-sdk/postgres'
import pg from 'pg'
const pool = new pg.Pool({ connectionString: process.argv[2] })
const lp = createLivePoll({ database: postgres({ pool }), secret: 'a secret of the benchmark, 32 bytes or more' })
await lp.migrate(); await lp.ready()
const { id } = await lp.api.createPoll({ question: 'q', choices: ['a', 'b'] })
let n = 0
const t0 = performance.now()
for (let r = 0; r < 300; r++) { await Promise.all(Array.from({ length: 100 }, () => lp.api.castVote({ pollId: id, voter: `user-${(n++ * 7919) % 100000007}`, choices: [1 + n % 2] }))) ; if (r === 99) console.log('warm', performance.now() - t0) }
console.log('300 batches', performance.now() - t0)
await lp.close(); await pool.end()
