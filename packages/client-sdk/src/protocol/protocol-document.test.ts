import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { samplePoll } from '../../test/fake-server.ts'
import { createPollApi } from '../http/poll-api.ts'
import { closeCodes } from './close-codes.ts'
import { decodeClientMessage } from './decode-client-message.ts'
import { errors } from './errors.ts'
import { limits } from './limits.ts'
import { SUBPROTOCOL } from './messages.ts'
import type { ShowResults } from './models.ts'

const text = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8')

function tableUnder(heading: string): string[][] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

it('lists the table of errors, word for word', () => {
  const rows = Object.entries(errors).map(([code, { status, retryable, message }]) => [
    `\`${code}\``,
    `${status}`,
    retryable ? 'yes' : 'no',
    message,
  ])
  expect(tableUnder('Errors').slice(2)).toEqual(rows)
})

it('lists every close code', () => {
  const listed = tableUnder('Staying connected').flatMap(([codes = '']) => codes.match(/\d{4}/g) ?? [])
  expect(listed.map(Number).sort()).toEqual(Object.values(closeCodes).sort())
})

it('says every message that there is', () => {
  const named = (heading: string) => tableUnder(heading).flatMap(([name = '']) => name.match(/(?<=^`)\w+/) ?? [])
  expect(named('Messages from the client')).toEqual(['hello', 'watch', 'unwatch', 'vote', 'ping'])
  expect(named('Messages from the server')).toEqual([
    'welcome',
    'poll',
    'results',
    'state',
    'voted',
    'rejected',
    'error',
    'drain',
    'pong',
  ])
})

it('lists every field of a poll, and who sees results', () => {
  const fields = tableUnder('Models').flatMap(([names = '']) => names.match(/(?<=`)\w+/g) ?? [])
  const optional = ['image']
  expect(fields.sort()).toEqual([...Object.keys(samplePoll()), ...optional].sort())
  const shown: Record<ShowResults, true> = { always: true, 'after-vote': true, 'after-close': true, organizers: true }
  const listed = tableUnder('Who sees results').flatMap(([name = '']) => name.match(/(?<=^`)[a-z-]+(?=`$)/) ?? [])
  expect(listed).toEqual(Object.keys(shown))
})

it('lists the route of every call', async () => {
  const called: string[] = []
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const path = new URL(`${url}`).pathname.replace(/(?<=polls|images)\/p_7x2/, '/:id').replace('p_7x2', ':voter')
    called.push(`${init?.method} ${path.replace(encodeURIComponent(`${{}}`), ':invitation')}`)
    return Response.json({})
  }
  const api = createPollApi({ server: 'http://my.app', fetch })
  // Every function takes an id and an object, or makes do with them.
  for (const call of Object.values(api) as ((id: string, input: object) => Promise<unknown>)[]) await call('p_7x2', {})
  const listed = tableUnder('HTTP').flatMap(([request = '']) =>
    [...request.matchAll(/`(?:([A-Z]+) )?([^`?]*)[^`]*`/g)].map(([, method, path]) => ({ method, path })),
  )
  const routes = listed.map(({ method = 'POST', path }) =>
    path === '/close' ? 'POST /polls/:id/close' : `${method} ${path?.split(' ')[0]}`,
  )
  expect(called).toHaveLength(Object.keys(api).length)
  for (const route of called) expect(routes).toContain(route)
})

it('states the sizes of the code', () => {
  expect(text).toContain(`\`${SUBPROTOCOL}\``)
  expect(text).toContain(`(${limits.messageBytes.toLocaleString('en')} bytes)`)
  expect(text).toContain(`| poll id | 1 to ${limits.pollIdLength} of`)
  expect(text).toContain(`| vote id | 1 to ${limits.voteIdLength} of`)
  expect(text).toContain(`| voter (on a relay) | 1 to ${limits.voterLength} characters`)
  expect(text).toContain(`| ticket, token | 1 to ${limits.credentialLength} characters`)
  expect(text).toContain(`| text | at most ${limits.questionLength} |`)
  expect(text).toContain(`| ${limits.minChoices} to ${limits.maxChoices}; ids`)
  expect(text).toContain(`| 1 to ${limits.maxMinVoters.toLocaleString('en')}, or null |`)
  expect(text).toContain(`a label has at most ${limits.labelLength} |`)
})

it('shows only messages that decode', () => {
  const samples = text.match(/^\{"type".*$/gm) ?? []
  expect(samples.length).toBeGreaterThan(2)
  for (const sample of samples) expect(decodeClientMessage(sample)).toMatchObject({ ok: true })
})
