import { describe, expect, test } from 'vitest'
import { markdownFiles } from '../../scripts/checks/files.mjs'
import { checkSamples, presumedDocuments, readDocument } from './check-samples.ts'
import { readSamples } from './read-samples.ts'

const samples = markdownFiles().flatMap((path) => readSamples(path, readDocument(path)))

describe('samples in the documents', () => {
  test('the README has one, and so have the guides', () => {
    expect(samples.map((sample) => sample.file)).toEqual(expect.arrayContaining(['README.md', 'docs/access.md']))
  })

  test('none is kept from the check', () => {
    const marked = samples.filter((sample) => sample.attributes !== '')
    expect(marked.map(({ file, line, attributes }) => `${file}:${line}: \`\`\`ts ${attributes}`)).toEqual([])
  })

  test('each compiles against the built packages', { timeout: 60_000 }, () => {
    expect(checkSamples(samples)).toEqual([])
  })

  test('presumed names belong to a document', () => {
    const known = markdownFiles()
    expect(presumedDocuments().filter((path) => !known.includes(path))).toEqual([])
  })
})

describe('the check itself', () => {
  test('finds fences and where they stand', () => {
    const markdown = [
      '# Title',
      '```ts',
      'const a = 1',
      '```',
      '```json',
      '{}',
      '```',
      '````ts no-check',
      '```',
      '````',
    ]
    expect(readSamples('a.md', markdown.join('\n'))).toEqual([
      { file: 'a.md', line: 2, attributes: '', code: 'const a = 1' },
      { file: 'a.md', line: 8, attributes: 'no-check', code: '```' },
    ])
  })

  test('refuses a wrong sample, by its line', { timeout: 60_000 }, () => {
    const markdown = [
      'Before.',
      '```ts',
      `import { isNewer } from '@live-poll/client-sdk/protocol'`,
      'isNewer(1)',
      '```',
      '```ts',
      `import { nothing } from '@live-poll/client-sdk'`,
      'await undeclared()',
      '```',
    ]
    const problems = checkSamples(readSamples('wrong.md', markdown.join('\n')))
    expect(problems.map((problem) => problem.split(':').slice(0, 2).join(':'))).toEqual([
      'wrong.md:4',
      'wrong.md:7',
      'wrong.md:8',
    ])
  })
})
