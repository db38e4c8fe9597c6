import { describe, expect, it } from 'vitest'
import { decideEdit } from './decide-edit.ts'
import { pollFacts } from './poll.fixture.ts'
import type { PollFacts } from './poll.ts'
import type { CheckedEdit } from './poll-edit.ts'

const now = new Date('2026-06-01T12:00:00Z')
const past = new Date(now.getTime() - 1)
const future = new Date(now.getTime() + 1)
const later = new Date(now.getTime() + 2)

const soup = { id: 1, label: 'Soup' }
const salad = { id: 2, label: 'Salad' }
const pie = { id: 4, label: 'Pie' }
const added = (label: string) => ({ id: undefined, label })

/** An open poll whose choice 3 was removed. */
const poll = pollFacts({
  ...{ choices: [soup, salad, pie], lastChoiceId: 4, revealedEpoch: 3, createdAt: past },
  ...{ ballot: { kind: 'choose', min: 1, max: 2 }, boxes: 4, plan: 5, edition: 2, epoch: 3 },
})

interface Case {
  readonly poll?: Partial<PollFacts>
  readonly edit: CheckedEdit
  readonly hasVotes?: boolean
}

const decide = ({ poll: fields, edit, hasVotes = false }: Case) =>
  decideEdit({ ...poll, ...fields }, edit, hasVotes, now)

/** Code and the paths of its issues. */
function refusalOf(given: Case) {
  const decision = decide(given)
  if (decision.kind !== 'refused') throw new Error(`It was ${decision.kind}.`)
  for (const { message } of decision.issues ?? []) expect(message).toMatch(/^[A-Z].{15,}\.$/)
  return [decision.code, ...(decision.issues ?? []).map((issue) => issue.path)]
}

const everything: CheckedEdit = {
  question: 'Dinner?',
  choices: [{ id: 2, label: 'Green salad' }, added('Bread'), { id: 1, label: 'Soup' }],
  ballot: { kind: 'choose', min: 2, max: 3 },
  showResults: 'organizers',
  minVoters: 10,
  canChange: false,
  voters: ['account', 'invitation'],
  needsCaptcha: true,
  isPrivate: true,
  closesAt: later,
  boxes: 16,
}

const policies: readonly CheckedEdit[] = [{ voters: ['account'] }, { needsCaptcha: true }, { isPrivate: true }]

describe('decideEdit', () => {
  it('takes everything before the first vote, and leaves the rest', () => {
    const { choices: _, ...fields } = everything
    expect(decide({ edit: everything })).toEqual({
      kind: 'edited',
      isShown: true,
      facts: {
        ...poll,
        ...fields,
        choices: [{ id: 2, label: 'Green salad' }, { id: 5, label: 'Bread' }, soup],
        lastChoiceId: 5,
      },
    })
  })

  it('raises neither plan, edition nor epoch, and lets the latch of this epoch be', () => {
    const decision = decide({ edit: { minVoters: 10, showResults: 'after-close' } })
    expect(decision).toMatchObject({ facts: { plan: 5, edition: 2, epoch: 3, revealedEpoch: 3 } })
  })

  it.each<[string, CheckedEdit]>([
    ['nothing', {}],
    ['what is undefined', { question: undefined, closesAt: undefined, voters: undefined, isPrivate: undefined }],
    [
      'what is there already',
      {
        ...{ question: 'Lunch?', choices: [soup, salad, pie], ballot: { kind: 'choose', min: 1, max: 2 }, boxes: 4 },
        ...{ showResults: 'always', minVoters: null, canChange: true, opensAt: null, closesAt: null },
        ...{ voters: ['anyone'], needsCaptcha: false, isPrivate: false },
      },
    ],
    ['choices that are written as those there are', { choices: [added('Soup'), added('Salad'), added('Pie')] }],
  ])('is unchanged by %s, closed or with votes, too', (_, edit) => {
    for (const given of [{}, { hasVotes: true }, { hasVotes: true, poll: { closedAt: past } }]) {
      expect(decide({ ...given, edit })).toEqual({ kind: 'unchanged' })
    }
  })

  it('knows a time that is the same', () => {
    const times = { opensAt: new Date(past), closesAt: new Date(future) }
    expect(decide({ poll: { opensAt: past, closesAt: future }, edit: times, hasVotes: true }).kind).toBe('unchanged')
  })

  it('shows a change of boxes on no screen, and any other on all', () => {
    expect(decide({ edit: { boxes: 5 } })).toMatchObject({ kind: 'edited', isShown: false, facts: { boxes: 5 } })
    for (const edit of [
      { boxes: 5, canChange: false },
      { minVoters: 2 },
      { choices: [salad, soup, pie] },
      ...policies,
    ]) {
      expect(decide({ edit })).toMatchObject({ kind: 'edited', isShown: true })
    }
  })

  describe('choices', () => {
    const choicesOf = (given: Case) => {
      const decision = decide(given)
      return decision.kind === 'edited' ? [decision.facts.choices, decision.facts.lastChoiceId] : decision
    }

    it('get ids that none had before', () => {
      const edit = { choices: [added('Bread'), soup, salad, pie, added('Cake')] }
      const choices = [{ id: 5, label: 'Bread' }, soup, salad, pie, { id: 6, label: 'Cake' }]
      expect(choicesOf({ edit, hasVotes: true })).toEqual([choices, 6])
      expect(choicesOf({ edit: { choices: [added('Bread'), soup] } })).toEqual([[{ id: 5, label: 'Bread' }, soup], 5])
    })

    it('are known by how they are written where no id says more', () => {
      const edit = { choices: [added('SALAD'), { id: 1, label: 'Pie' }, added('Soup')] }
      expect(choicesOf({ edit })).toEqual([
        [
          { id: 2, label: 'SALAD' },
          { id: 1, label: 'Pie' },
          { id: 5, label: 'Soup' },
        ],
        5,
      ])
    })

    it('are refused with an id that is not one of the poll’s, before all else', () => {
      const edit = { choices: [{ id: 3, label: 'Gone' }, soup, { id: 9, label: 'Never' }], question: 'Dinner?' }
      for (const given of [{}, { hasVotes: true }, { poll: { closedAt: past } }]) {
        expect(refusalOf({ ...given, edit })).toEqual(['INVALID', 'choices.0.id', 'choices.2.id'])
      }
    })

    it('end with the ids there are', () => {
      const edit = { choices: [soup, salad, pie, added('Bread'), added('Cake')] }
      expect(refusalOf({ poll: { lastChoiceId: 32_766 }, edit })).toEqual(['INVALID', 'choices'])
      expect(decide({ poll: { lastChoiceId: 32_765 }, edit }).kind).toBe('edited')
    })
  })

  describe('with votes in the box', () => {
    it.each<[string, CheckedEdit]>([
      ['a label', { choices: [{ id: 1, label: 'Hot soup' }, salad, pie] }],
      ['the order', { choices: [pie, salad, soup] }],
      ['another choice', { choices: [soup, added('Bread'), salad, pie] }],
      ['who sees results', { showResults: 'after-close', minVoters: 5 }],
      ['whether votes may change', { canChange: false }],
      ['a captcha from here on', { needsCaptcha: true }],
      ['whom it is shown to', { isPrivate: true }],
      ['the closing time', { closesAt: future }],
      ['more boxes', { boxes: 5 }],
    ])('takes %s', (_, edit) => {
      expect(decide({ edit, hasVotes: true })).toMatchObject({ kind: 'edited' })
    })

    it.each<[string, CheckedEdit, string]>([
      ['the question', { question: 'Dinner?' }, 'question'],
      ['a choice removed', { choices: [soup, salad] }, 'choices'],
      ['a choice replaced', { choices: [soup, salad, added('Bread')] }, 'choices'],
      ['the ballot', { ballot: { kind: 'choose', min: 1, max: 3 } }, 'ballot'],
      ['what a voter must have', { voters: ['account'] }, 'voters'],
      ['that a voter must have more', { voters: ['account', 'invitation'] }, 'voters'],
      ['the opening time', { opensAt: past }, 'opensAt'],
    ])('refuses %s', (_, edit, path) => {
      expect(refusalOf({ edit, hasVotes: true })).toEqual(['POLL_HAS_VOTES', path])
    })

    it('says everything at once, and nothing is changed by halves', () => {
      const edit = { ...everything, opensAt: past, closesAt: past }
      expect(refusalOf({ edit, hasVotes: true })).toEqual([
        'POLL_HAS_VOTES',
        'question',
        'choices',
        'ballot',
        'voters',
        'opensAt',
      ])
    })
  })

  describe('of a closed poll', () => {
    const closed = { closedAt: past, closesAt: past }

    it.each<[string, CheckedEdit]>([
      ['labels and order', { choices: [{ id: 4, label: 'Apple pie' }, soup, salad] }],
      ['who sees results', { showResults: 'organizers', minVoters: 5 }],
      ['whom it is shown to', { isPrivate: true }],
    ])('takes %s, with votes and without', (_, edit) => {
      for (const hasVotes of [false, true]) expect(decide({ poll: closed, edit, hasVotes }).kind).toBe('edited')
    })

    it('takes another question only where none has answered it', () => {
      const edit = { question: 'Dinner?' }
      expect(decide({ poll: closed, edit }).kind).toBe('edited')
      expect(refusalOf({ poll: closed, edit, hasVotes: true })).toEqual(['POLL_HAS_VOTES', 'question'])
    })

    it.each<[string, CheckedEdit, string]>([
      ['another choice', { choices: [soup, salad, pie, added('Bread')] }, 'choices'],
      ['a choice less', { choices: [soup, salad] }, 'choices'],
      ['the ballot', { ballot: { kind: 'choose', min: 1, max: 3 } }, 'ballot'],
      ['whether votes may change', { canChange: false }, 'canChange'],
      ['what a voter must have', { voters: ['invitation'] }, 'voters'],
      ['a captcha', { needsCaptcha: true }, 'needsCaptcha'],
      ['the opening time', { opensAt: past }, 'opensAt'],
      ['the closing time', { closesAt: future }, 'closesAt'],
      ['no closing time', { closesAt: null }, 'closesAt'],
      ['more boxes', { boxes: 5 }, 'boxes'],
    ])('refuses %s, with votes and without', (_, edit, path) => {
      for (const hasVotes of [false, true]) {
        expect(refusalOf({ poll: closed, edit, hasVotes })).toEqual(['POLL_CLOSED', path])
      }
    })
  })

  describe('of times', () => {
    const scheduled = { opensAt: future, closesAt: later }

    it.each<[string, Case]>([
      ['a later opening of a scheduled poll', { poll: { opensAt: future }, edit: { opensAt: later } }],
      ['an opening at once', { poll: scheduled, edit: { opensAt: null } }],
      ['an opening that has come', { poll: scheduled, edit: { opensAt: past } }],
      ['both times', { poll: scheduled, edit: { opensAt: later, closesAt: new Date(later.getTime() + 1) } }],
      ['no closing time', { poll: scheduled, edit: { closesAt: null } }],
      ['a closing time of an open poll', { edit: { closesAt: future } }],
    ])('takes %s', (_, given) => {
      expect(decide(given)).toMatchObject({ kind: 'edited', facts: given.edit })
    })

    it.each<[string, Case, string]>([
      ['an opening of an open poll', { edit: { opensAt: future } }, 'opensAt'],
      ['another past of an open poll', { poll: { opensAt: past }, edit: { opensAt: null } }, 'opensAt'],
      ['an opening of a poll that opens now', { poll: { opensAt: now }, edit: { opensAt: later } }, 'opensAt'],
      ['an opening at the close', { poll: scheduled, edit: { opensAt: later } }, 'opensAt'],
      ['a close at the opening', { poll: scheduled, edit: { closesAt: future } }, 'closesAt'],
      ['a close that has come', { edit: { closesAt: now } }, 'closesAt'],
    ])('refuses %s', (_, given, path) => {
      expect(refusalOf(given)).toEqual(['INVALID', path])
    })
  })

  it.each<[string, CheckedEdit, readonly string[]]>([
    ['a ballot beyond the choices', { ballot: { kind: 'choose', min: 4, max: 4 } }, ['ballot.max']],
    ['boxes taken away', { boxes: 3 }, ['boxes']],
    ['all that does not fit', { boxes: 1, opensAt: future, closesAt: past }, ['opensAt', 'closesAt', 'boxes']],
  ])('refuses %s', (_, edit, paths) => {
    expect(refusalOf({ edit })).toEqual(['INVALID', ...paths])
  })

  it('judges the ballot that is there by the choices that will be', () => {
    const ballot = { kind: 'choose', min: 1, max: 3 } as const
    expect(decide({ edit: { choices: [soup, pie] } }).kind).toBe('edited')
    expect(refusalOf({ poll: { ballot }, edit: { choices: [soup, pie] } })).toEqual(['INVALID', 'choices'])
    expect(refusalOf({ edit: { choices: [soup, pie], ballot } })).toEqual(['INVALID', 'ballot.max'])
  })
})
