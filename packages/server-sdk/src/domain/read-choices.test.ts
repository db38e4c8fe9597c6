import { limits } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import { readPollEdit } from './poll-edit.ts'
import { readPollInput } from './poll-input.ts'

const id = 'i_abcdefghijklmnopqrstuv'
const other = 'i_ABCDEFGHIJKLMNOPQRST-_'

/** Reads a new poll whose second choice is this one. */
const withChoice = (choice: unknown) => readPollInput({ question: 'Which?', choices: ['Soup', choice] })
const withImage = (image: unknown) => readPollInput({ question: 'Which?', choices: ['Soup', 'Salad'], image })

function pathsOf(result: ReturnType<typeof readPollInput> | ReturnType<typeof readPollEdit>) {
  return result.ok ? [] : result.issues.map((issue) => issue.path)
}

describe('pictures of a new poll', () => {
  it.each<[string, unknown, object]>([
    ['a label and a picture', { label: 'Salad', image: { id } }, { label: 'Salad', image: { id, alt: '' } }],
    [
      'a picture that says it all',
      { image: { id, alt: ' A  bowl\nof salad ' } },
      { label: '', image: { id, alt: 'A  bowl of salad' } },
    ],
    [
      'an empty label beside it',
      { label: ' ', image: { id, alt: 'A bowl' } },
      { label: '', image: { id, alt: 'A bowl' } },
    ],
    ['no picture', { label: 'Salad', image: null }, { label: 'Salad' }],
    [
      'an alt of nothing but spaces',
      { label: 'Salad', image: { id, alt: '  ' } },
      { label: 'Salad', image: { id, alt: '' } },
    ],
    [
      'what a poll shows of a picture, sent back',
      { label: 'Salad', image: { id, alt: 'A bowl', width: 1, height: 2, placeholder: 'data:', key: 'k' } },
      { label: 'Salad', image: { id, alt: 'A bowl' } },
    ],
  ])('may have %s on a choice', (_, choice, read) => {
    const result = withChoice(choice)
    expect(result.ok && result.poll.choices[1]).toStrictEqual(read)
  })

  it('may have one on the question', () => {
    expect(withImage({ id, alt: 'a'.repeat(limits.altLength) })).toMatchObject({ ok: true })
    for (const none of [null, undefined]) {
      const result = withImage(none)
      expect(result.ok && Object.keys(result.poll)).not.toContain('image')
    }
  })

  it.each<[string, unknown, readonly string[]]>([
    ['a picture that says nothing, without a label', { image: { id } }, ['choices.1.image.alt']],
    ['the same with an empty label and alt', { label: '', image: { id, alt: ' ' } }, ['choices.1.image.alt']],
    ['neither a label nor a picture', { label: '', image: null }, ['choices.1']],
    ['an id without a label in a new poll', { id: 1, label: '' }, ['choices.1.id', 'choices.1']],
    ['a label that is null', { label: null, image: { id, alt: 'A bowl' } }, ['choices.1']],
    [
      'a label that nobody sees, though its picture says it all',
      { label: '\u200b', image: { id, alt: 'A' } },
      ['choices.1'],
    ],
    ['a picture that is its id', { label: 'Salad', image: id }, ['choices.1.image']],
    ['a picture that is a list', { label: 'Salad', image: [id] }, ['choices.1.image']],
    ['a picture without an id', { label: 'Salad', image: {} }, ['choices.1.image.id']],
    ['an id with a slash', { label: 'Salad', image: { id: `i_${'a/'.repeat(11)}` } }, ['choices.1.image.id']],
    ['an id that is too long', { label: 'Salad', image: { id: `${id}a` } }, ['choices.1.image.id']],
    ['an id of an object', { label: 'Salad', image: { id: { toString: 1 } } }, ['choices.1.image.id']],
    ['an alt of an object', { label: 'Salad', image: { id, alt: {} } }, ['choices.1.image.alt']],
    ['an alt that is too long', { label: 'Salad', image: { id, alt: 'a'.repeat(501) } }, ['choices.1.image.alt']],
    ['an alt that turns direction', { image: { id, alt: 'Yes\u202eoN' } }, ['choices.1.image.alt']],
    ['a field that is misspelt', { label: 'Salad', image: { id, atl: 'A bowl' } }, ['choices.1.image.atl']],
  ])('are refused for %s, and it says where', (_, choice, paths) => {
    expect(pathsOf(withChoice(choice))).toEqual(paths)
  })

  it('are refused on a question in the same words', () => {
    expect(pathsOf(withImage(id))).toEqual(['image'])
    expect(pathsOf(withImage({ id: 'i_short', alt: 1, url: 'x' }))).toEqual(['image.url', 'image.id', 'image.alt'])
  })

  it('make as many choices without a label as there are pictures, each once', () => {
    const choices = [{ image: { id, alt: 'A bowl' } }, { image: { id: other, alt: 'A bowl' } }]
    expect(readPollInput({ question: 'Which?', choices })).toMatchObject({ ok: true })
    const twice = [...choices, { image: { id, alt: 'The same bowl' } }]
    expect(pathsOf(readPollInput({ question: 'Which?', choices: twice }))).toEqual(['choices.2'])
  })

  it('may be the same on choices with labels', () => {
    expect(withChoice({ label: id, image: { id } })).toMatchObject({ ok: true })
    const choices = ['Red', 'Blue'].map((label) => ({ label, image: { id } }))
    expect(readPollInput({ question: 'Which?', choices })).toMatchObject({ ok: true })
  })
})

describe('pictures in an edit', () => {
  const edit = (...choices: unknown[]) => readPollEdit({ choices: ['Soup', ...choices] })

  it('may be left out, set and taken away', () => {
    const result = edit({ id: 1, label: 'A' }, { id: 2, label: 'B', image: null }, { id: 3, image: { id, alt: 'C' } })
    expect(result.ok && result.edit.choices?.slice(1)).toEqual([
      { id: 1, label: 'A', image: undefined },
      { id: 2, label: 'B', image: null },
      { id: 3, label: '', image: { id, alt: 'C' } },
    ])
    expect(readPollEdit({ image: null })).toMatchObject({ ok: true, edit: { image: null } })
    expect(readPollEdit({ image: { id } })).toMatchObject({ ok: true, edit: { image: { id, alt: '' } } })
    const unnamed = readPollEdit({ question: 'Which?' })
    expect(unnamed.ok && unnamed.edit.image).toBeUndefined()
  })

  it('let a choice that is there be without a label: whether its picture speaks is known later', () => {
    expect(pathsOf(edit({ id: 1, label: '' }, { id: 2, label: ' ' }))).toEqual([])
    expect(pathsOf(edit({ id: 1 }))).toEqual(['choices.1'])
    expect(pathsOf(edit({ label: '' }))).toEqual(['choices.1'])
    expect(pathsOf(edit({ id: 1, label: '', image: null }))).toEqual(['choices.1'])
    expect(pathsOf(edit({ id: 1, label: '', image: { id } }))).toEqual(['choices.1.image.alt'])
  })
})
