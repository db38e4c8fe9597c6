import { type Issue, limits } from '@live-poll/client-sdk/protocol'
import { type ImageUse, isImageId } from './poll-images.ts'
import { type Complain, isRecord, readText, unknownField } from './read-fields.ts'
import { lookOf, toLine } from './text.ts'

/** A choice as an organizer wrote it. */
export interface WrittenChoice {
  readonly id: number | undefined
  /** '' where its picture says it all; in an edit also where it may keep a picture that does. */
  readonly label: string
  /** Undefined: it was left out; null: none. */
  readonly image?: ImageUse | null
}

/**
 * Reads all choices of a poll, each a text or an object with a `label`, an `image` or both.
 * @param withIds whether a choice may have an `id`
 */
export function readChoices(value: unknown, withIds: boolean, complain: Complain): readonly WrittenChoice[] {
  if (!Array.isArray(value) || value.length < limits.minChoices || value.length > limits.maxChoices) {
    complain('choices', `Send ${limits.minChoices} to ${limits.maxChoices} choices.`)
    return []
  }
  const looks = new Set<string>()
  const ids = new Set<number>()
  return value.map((choice: unknown, index) => {
    const path = `choices.${index}`
    const { label: text, id: givenId, image: picture, ...unknown } = isRecord(choice) ? choice : { label: choice }
    for (const field of Object.keys(unknown)) complain(`${path}.${field}`, unknownField)
    if (givenId !== undefined && !withIds) complain(`${path}.id`, unknownField)
    const id = withIds ? readChoiceId(givenId, `${path}.id`, complain) : undefined
    if (id !== undefined && ids.has(id)) complain(`${path}.id`, 'This choice is there already.')
    else if (id !== undefined) ids.add(id)
    const image = readImage(picture, `${path}.image`, complain)
    const mayKeepImage = id !== undefined && image === undefined
    const label = readLabel(text, image, mayKeepImage, path, complain)
    const look = lookOfChoice({ label, image })
    if (look !== '' && looks.has(look)) complain(path, 'This choice is there already.')
    looks.add(look)
    return { id, label, image }
  })
}

function readChoiceId(value: unknown, path: string, complain: Complain): number | undefined {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 1)) return value as number | undefined
  complain(path, 'Send the id that the choice has, or leave it out to add a choice.')
  return undefined
}

function readLabel(
  value: unknown,
  image: ImageUse | null | undefined,
  mayKeepImage: boolean,
  path: string,
  complain: Complain,
): string {
  const isEmpty = typeof value === 'string' && toLine(value) === ''
  if (!(isEmpty && mayKeepImage) && !((isEmpty || value === undefined) && image)) {
    return readText(value, path, limits.labelLength, complain)
  }
  const issue = image && wordsIssue({ label: '', image }, path)
  if (issue) complain(issue.path, issue.message)
  return ''
}

/** What to do about a choice that says nothing in words: who does not see its picture could not choose it. */
export function wordsIssue({ label, image }: ChoiceLook, path: string): Issue | undefined {
  if (label !== '' || image?.alt) return undefined
  return image
    ? { path: `${path}.image.alt`, message: 'Say in words what the picture shows, or write a label.' }
    : { path, message: 'Write something.' }
}

interface ChoiceLook {
  readonly label: string
  readonly image?: ImageUse | null
}

/** Choices of the same look would be one to a voter. Without a label, a choice looks like its picture. */
export function lookOfChoice({ label, image }: ChoiceLook): string {
  return label === '' && image ? `\0${image.id}` : lookOf(label) // no label has a NUL
}

/** What a poll says of its pictures: an organizer may send back what they got. */
const shownFields = new Set(['width', 'height', 'placeholder', 'key'])

/** Reads which picture to show. @returns undefined: it was left out; null: none */
export function readImage(value: unknown, path: string, complain: Complain): ImageUse | null | undefined {
  if (value === undefined || value === null) return value
  if (!isRecord(value)) {
    complain(path, 'Send {"id":"i_...","alt":"what it shows"}, or null.')
    return undefined
  }
  const { id, alt = '', ...rest } = value
  for (const field of Object.keys(rest)) if (!shownFields.has(field)) complain(`${path}.${field}`, unknownField)
  if (typeof id !== 'string' || !isImageId(id)) complain(`${path}.id`, 'Send the id that its upload got.')
  const isAdornment = typeof alt === 'string' && toLine(alt) === ''
  return {
    id: typeof id === 'string' ? id : '',
    alt: isAdornment ? '' : readText(alt, `${path}.alt`, limits.altLength, complain),
  }
}
