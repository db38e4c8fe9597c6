import { createPollApi } from '@live-poll/client-sdk'
import { accounts } from '@live-poll/server-sdk/accounts'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../src/http/openapi/operations.ts'
import { ownPage } from '../access/requests.ts'
import { routeTable } from '../route-table.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { createCheckAnswer, type OpenApiDocument } from './check-answer.ts'
import { walkApi } from './walk-api.ts'

const routes = routeTable.map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`)

describe('openapi.json', () => {
  let running: RunningLivePoll
  let document: OpenApiDocument
  let server: string
  beforeAll(async () => {
    running = await startLivePoll({ accounts: accounts(), origins: [ownPage] })
    server = `${running.origin}/live-poll`
    const answer = await fetch(`${server}/openapi.json`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
    document = (await answer.json()) as OpenApiDocument
  })
  afterAll(() => running.stop())

  it('lints without a problem', async () => {
    // The script of the tag is for every page: nobody is refused it.
    const rules = { 'operation-4xx-response': 'off' } as const
    const config = await createConfig({ extends: ['recommended'], rules })
    const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config })
    const tell = ({ ruleId, message, location }: (typeof problems)[number]) =>
      `${ruleId}: ${location[0]?.pointer}: ${message}`
    expect(problems.map(tell)).toEqual([])
  })

  it('has every route of the table, and no other', () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(documented.sort()).toEqual(routes.sort())
    expect(Object.keys(operations)).toHaveLength(routes.length)
  })

  it('leaves out accounts where there are none', async () => {
    const other = await startLivePoll()
    const { paths } = (await (await fetch(`${other.origin}/live-poll/openapi.json`)).json()) as OpenApiDocument
    await other.stop()
    expect(Object.keys(paths).filter((path) => path.startsWith('/accounts'))).toEqual([])
    expect(paths['/polls']).toEqual(document.paths['/polls'])
  })

  it('describes each answer in a walk through all routes and all calls of the client', async () => {
    const { seen, called, offered } = await walkApi(server)
    const checkAnswer = createCheckAnswer(document)
    const checked = seen.map((answer) => ({ ...checkAnswer(answer), isGood: answer.status < 400 }))
    expect(checked.flatMap(({ fault }) => fault ?? [])).toEqual([])
    expect([...new Set(checked.filter(({ isGood }) => isGood).map(({ name }) => name))].sort()).toEqual(routes.sort())
    expect([...called].sort()).toEqual(offered.sort())
  })

  it('names calls as the client does', () => {
    const calls = Object.keys(createPollApi({ server }))
    const ids = Object.values(operations).map(({ id }) => id)
    // Two more ways to ask for `admitVoter`.
    expect(calls.filter((name) => !ids.includes(name))).toEqual(['admitVoters', 'admitRelay'])
  })

  it('finds what an answer has, and the document has not', () => {
    const checkAnswer = createCheckAnswer(document)
    const answer = {
      method: 'GET',
      path: '/health/live',
      status: 200,
      type: 'application/json',
      json: { status: 'ok' },
    }
    expect(checkAnswer(answer).fault).toBeUndefined()
    expect(checkAnswer({ ...answer, json: { status: 'ok', more: 1 } }).fault).toContain('additional properties')
    expect(checkAnswer({ ...answer, status: 201 }).fault).toContain('status 201')
    const error = { code: 'POLL_CLOSED', message: '', requestId: '' }
    const refused = { ...answer, path: '/polls/p', status: 404, json: { error } }
    expect(checkAnswer(refused).fault).toContain('allowed values')
    expect(checkAnswer({ ...refused, json: { error: { ...error, code: 'POLL_NOT_FOUND' } } }).fault).toBeUndefined()
  })

  it('is not for pages of other origins', async () => {
    const answer = await fetch(`${server}/openapi.json`, { headers: { origin: 'https://elsewhere.example' } })
    expect(answer.status).toBe(403)
  })
})
