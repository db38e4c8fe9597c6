import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLivePoll, type Database, type LivePoll, type LivePollOptions, OptionError } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeDataFolder } from '../data-folder.ts'
import { createHttpClient } from '../http-client.ts'
import { listen } from '../listeners.ts'
import { createRecordingLogger, type RecordingLogger } from '../recording-logger.ts'

const poll = { question: 'Lunch?', choices: ['Soup', 'Salad'] }
const secret = 'a secret of at least 32 bytes, for tests'

let directory: string
let logger: RecordingLogger
const opened: LivePoll[] = []
beforeEach(async () => {
  directory = await makeDataFolder()
  logger = createRecordingLogger()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const livePoll of opened.splice(0)) await livePoll.close()
  await rm(directory, { recursive: true })
})

function create(options: LivePollOptions = {}): LivePoll {
  const livePoll = createLivePoll({ database: embedded({ directory }), logger, ...options })
  opened.push(livePoll)
  return livePoll
}

describe('createLivePoll', () => {
  it('refuses what cannot work at once, and names the option', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => createLivePoll()).toThrow(OptionError)
    expect(() => createLivePoll()).toThrow('createLivePoll: database: ')
    expect(() => create({ secret: 'short' })).toThrow('createLivePoll: secret: ')
    expect(() => create({ origins: ['www.example.org'] })).toThrow('createLivePoll: origins: ')
  })

  it('opens nothing until it is used', async () => {
    create()
    await expect(stat(join(directory, 'lock'))).rejects.toThrow('ENOENT')
  })

  it('works in development with no options at all, in the folder it is started in', async () => {
    vi.stubEnv('NODE_ENV', 'development')
    const before = process.cwd()
    const empty = await mkdtemp(join(tmpdir(), 'live-poll-test-'))
    process.chdir(empty)
    try {
      const livePoll = createLivePoll()
      const { id } = await livePoll.api.createPoll(poll)
      await livePoll.api.castVote({ pollId: id, voter: 'ada', choices: [1] })
      expect(await livePoll.api.getResults(id)).toMatchObject({ votes: [1, 0], voters: 1 })
      await livePoll.close()
      const file = join(empty, '.live-poll', 'secret')
      expect((await readFile(file, 'utf8')).trim()).toMatch(/^[\w-]{43}$/)
      expect((await stat(file)).mode & 0o077, 'which nobody else may read').toBe(0)
    } finally {
      process.chdir(before)
      await rm(empty, { recursive: true })
    }
  })

  it('keeps polls, votes and voters over a restart', async () => {
    const first = create()
    const { id } = await first.api.createPoll({ ...poll, canChange: false })
    const vote = { pollId: id, voter: 'ada', choices: [1], voteId: 'v' }
    await first.api.castVote(vote)
    await first.close()
    const second = create()
    expect(await second.api.castVote(vote)).toEqual({ voteId: 'v', revision: 1, epoch: 1, duplicate: true })
    await expect(second.api.castVote({ ...vote, voteId: 'w' })).rejects.toMatchObject({ code: 'ALREADY_VOTED' })
  })

  it('refuses a database that was made with another secret, and takes the first again', async () => {
    const first = create({ secret })
    const { id } = await first.api.createPoll(poll)
    await first.close()
    const changed = create({ secret: `${secret}!` })
    await expect(changed.ready()).rejects.toThrow('createLivePoll: secret: ')
    await expect(changed.api.getPoll(id)).rejects.toThrow(OptionError)
    await expect(create().ready(), 'its own secret is another one too').rejects.toThrow('createLivePoll: secret: ')
    expect(await create({ secret }).api.getPoll(id)).toMatchObject({ id })
  })

  it('wants a secret where the database has no folder, and says how to make one', async () => {
    const real = embedded({ directory })
    const database: Database = {
      ...real,
      name: 'elsewhere',
      open: async (log) => ({ ...(await real.open(log)), ownSecret: undefined }),
    }
    await expect(create({ database }).ready()).rejects.toThrow(
      /^createLivePoll: secret: elsewhere needs one\. .*node -p/,
    )
    await create({ database, secret }).ready()
  })

  it('tries again to open what could not be opened', async () => {
    const real = embedded({ directory })
    let isDown = true
    const database: Database = {
      ...real,
      open: (log) => (isDown ? Promise.reject(new Error('no route to the database')) : real.open(log)),
    }
    const livePoll = create({ database })
    const http = await listen(toNodeHandler(livePoll))
    const call = createHttpClient(http.origin)
    await expect(livePoll.ready()).rejects.toThrow('no route to the database')

    const refused = await call('GET', '/polls/p')
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE', retryAfter: 1000 } } })
    expect(refused.headers['retry-after'], 'in seconds').toBe('1')
    expect(JSON.stringify(refused.body), 'whose cause is not for everybody').not.toContain('route')
    expect(logger.errors).not.toEqual([])
    expect(await call('GET', '/health/live')).toMatchObject({ status: 200 })
    const unready = { status: 503, body: { status: 'unavailable', problems: ['database'] } }
    expect(await call('GET', '/health/ready')).toMatchObject(unready)
    expect((await call('GET', '/widget.js')).status).toBe(200)

    isDown = false
    expect(await call('GET', '/health/ready')).toMatchObject({ status: 200 })
    expect(await call('GET', '/polls/p')).toMatchObject({ status: 404 })
    await http.close()
  })

  it('answers INTERNAL to what nobody thought of, with the cause in the log and not on the wire', async () => {
    const identify = () => Promise.reject(new Error('the session store is down'))
    const http = await listen(toNodeHandler(create({ identify })))
    const answer = await createHttpClient(http.origin)('POST', '/voters')
    expect(answer).toMatchObject({ status: 500, body: { error: { code: 'INTERNAL' } } })
    expect(JSON.stringify(answer.body)).not.toContain('session')
    const { requestId } = answer.body.error
    expect(logger.errors).toEqual([[expect.stringContaining(requestId), new Error('the session store is down')]])
    await http.close()
  })

  it('serves under any base path', async () => {
    const http = await listen(toNodeHandler(create({ basePath: '/a/b.c' })))
    expect(await createHttpClient(http.origin, '/a/b.c')('GET', '/health/live')).toMatchObject({ status: 200 })
    expect(await createHttpClient(http.origin)('GET', '/health/live')).toMatchObject({ status: 404, body: '' })
    await http.close()
  })

  it('names the channel where it has a place of its own', async () => {
    const channelUrl = 'wss://votes.example.org/live-poll/channel'
    expect(await create({ channelUrl }).api.createPoll(poll)).toMatchObject({ channelUrl })
  })
})

describe('close', () => {
  it('may be called twice, at once and later, and before anything was opened', async () => {
    const unused = create()
    await unused.close()
    const used = create()
    await used.ready()
    await Promise.all([used.close(), used.close()])
    await used.close()
  })

  it('leaves the data to the next', async () => {
    for (let time = 0; time < 3; time++) {
      const livePoll = create()
      await livePoll.ready()
      await livePoll.close()
    }
  })

  it('is the end: everything after it is UNAVAILABLE', async () => {
    const livePoll = create()
    const http = await listen(toNodeHandler(livePoll))
    const { id } = await livePoll.api.createPoll(poll)
    await livePoll.close()
    const late = [
      livePoll.api.getPoll(id),
      livePoll.api.createPoll(poll),
      livePoll.api.castVote({ pollId: id, voter: 'ada', choices: [1] }),
      livePoll.api.nameVoters(['ada']),
      livePoll.ready(),
    ]
    for (const answer of await Promise.allSettled(late)) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { name: 'PollError', code: 'UNAVAILABLE' } })
    }
    const refused = await createHttpClient(http.origin)('GET', `/polls/${id}`)
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE' } } })
    await http.close()
  })
})
