import { connectDatabase } from '../../src/env/connect-database.ts'

/** Takes out every vote of a poll for choice 1, in a process that has little memory. */
const [url = '', pollId = ''] = process.argv.slice(2)
const { audit, close } = await connectDatabase(url).open({ info() {}, warn() {}, error() {} })
const request = { id: 'a_many', filter: { choices: [1] }, reason: 'Too many', actor: null, isDryRun: false }
console.log(await audit.voidVotes(pollId, request))
await close()
