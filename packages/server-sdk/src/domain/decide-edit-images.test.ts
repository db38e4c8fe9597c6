import type { PollImage } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import { decideEdit } from './decide-edit.ts'
import { pollFacts } from './poll.fixture.ts'
import type { PollFacts } from './poll.ts'
import type { CheckedEdit } from './poll-edit.ts'

const now = new Date('2026-06-01T12:00:00Z')
const past = new Date(now.getTime() - 1)

function image(id: string, alt = ''): PollImage {
  return { id, alt, width: 640, height: 480, placeholder: 'data:' }
}
const soup = { id: 1, label: 'Soup', image: image('i_soup') }
const bowl = { id: 2, label: '', image: image('i_bowl', 'A bowl of salad') }
const poll = pollFacts({ image: image('i_table', 'A table'), choices: [soup, bowl], lastChoiceId: 2 })

const decide = (edit: CheckedEdit, fields: Partial<PollFacts> = {}, hasVotes = false) =>
  decideEdit({ ...poll, ...fields }, edit, hasVotes, now)

function editedBy(edit: CheckedEdit, fields: Partial<PollFacts> = {}, hasVotes = false) {
  const decision = decide(edit, fields, hasVotes)
  if (decision.kind !== 'edited') throw new Error(`It was ${decision.kind}.`)
  return decision
}

describe('an edit of pictures', () => {
  it.each<[string, CheckedEdit]>([
    [
      'leaves them out',
      {
        question: 'Lunch?',
        choices: [
          { id: 1, label: 'Soup' },
          { id: 2, label: '' },
        ],
      },
    ],
    ['names them as they are', { image: { id: 'i_table', alt: 'A table' }, choices: [soup, bowl] }],
    [
      'adds what was added before',
      {
        choices: [
          { id: undefined, label: 'Soup', image: { id: 'i_soup', alt: '' } },
          { id: undefined, label: '', image: { id: 'i_bowl', alt: 'A bowl of salad' } },
        ],
      },
    ],
  ])('that %s changes nothing', (_, edit) => {
    expect(decide(edit)).toEqual({ kind: 'unchanged' })
  })

  it.each<[string, CheckedEdit, object]>([
    ['another picture of the question', { image: { id: 'i_new', alt: '' } }, { image: { id: 'i_new', alt: '' } }],
    ['other words for it', { image: { id: 'i_table', alt: 'Oak' } }, { image: { id: 'i_table', alt: 'Oak' } }],
    ['no picture of the question', { image: null }, { image: undefined }],
    [
      'another picture of a choice',
      { choices: [{ id: 1, label: 'Soup', image: { id: 'i_new', alt: '' } }, bowl] },
      { choices: [{ id: 1, label: 'Soup', image: { id: 'i_new', alt: '' } }, bowl] },
    ],
    [
      'no picture of a choice',
      { choices: [{ ...soup, image: null }, bowl] },
      { choices: [{ id: 1, label: 'Soup' }, bowl] },
    ],
    [
      'a label in place of words for it',
      { choices: [soup, { id: 2, label: 'Salad' }] },
      { choices: [soup, { ...bowl, label: 'Salad' }] },
    ],
  ])('shows %s, also once votes are in, or are counted', (_, edit, facts) => {
    for (const given of [{}, { closedAt: past }]) {
      for (const hasVotes of [false, true]) {
        const decision = editedBy(edit, given, hasVotes)
        expect(decision.isShown).toBe(true)
        expect(decision.facts).toEqual({ ...poll, ...given, ...facts })
      }
    }
  })

  it('keeps the others, and adds a choice that is only a picture', () => {
    const added = { id: undefined, label: '', image: { id: 'i_pie', alt: 'A pie' } }
    const { facts } = editedBy({ choices: [bowl, { id: 1, label: 'Hot soup' }, added] })
    expect(facts.image).toBe(poll.image)
    expect(facts.choices).toEqual([bowl, { ...soup, label: 'Hot soup' }, { ...added, id: 3 }])
    expect(decide({ choices: [soup, bowl, added] }, { closedAt: past })).toMatchObject({ code: 'POLL_CLOSED' })
  })

  it.each<[string, CheckedEdit, string]>([
    ['a picture without words', { choices: [{ id: 1, label: '' }, bowl] }, 'choices.0.image.alt'],
    ['nothing', { choices: [soup, bowl, { id: 3, label: '' }] }, 'choices.2'],
  ])('leaves no choice with %s in place of a label', (_, edit, path) => {
    const choices = [soup, bowl, { id: 3, label: 'Pie' }]
    for (const hasVotes of [false, true]) {
      const decision = decide(edit, { choices, lastChoiceId: 3 }, hasVotes)
      expect(decision).toMatchObject({ kind: 'refused', code: 'INVALID', issues: [{ path }] })
    }
  })
})
