import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { markdownFiles } from '../../scripts/checks/files.mjs'
import { readAnchors, readLinks } from './read-links.ts'

const root = join(import.meta.dirname, '../..')

/** What is wrong with the links of a document, as `README.md:42: ...`. Links to other sites are not followed. */
function checkLinks(path: string, markdown = read(path)): string[] {
  return readLinks(markdown).flatMap(({ line, target }) => {
    const problem = /^[a-z][a-z0-9+.-]*:/i.test(target) ? undefined : findProblem(path, markdown, target)
    return problem ? [`${path}:${line}: ${target} ${problem}`] : []
  })
}

function findProblem(path: string, markdown: string, target: string): string | undefined {
  const [file = '', anchor] = target.split('#', 2)
  const to = file === '' ? path : join(dirname(path), decodeURIComponent(file))
  // The site has pages for files only.
  if (!existsSync(join(root, to)) || !statSync(join(root, to)).isFile()) return 'is no file'
  if (!anchor || !to.endsWith('.md')) return undefined
  return readAnchors(file === '' ? markdown : read(to)).has(anchor) ? undefined : 'is no heading there'
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

describe('links in the documents', () => {
  test('each leads to a file, and to a heading in it', () => {
    expect(markdownFiles()).toEqual(
      expect.arrayContaining(['README.md', 'docs/security.md', 'packages/server-sdk/README.md']),
    )
    expect(markdownFiles().flatMap((path) => checkLinks(path))).toEqual([])
  })
})

describe('the check itself', () => {
  test('sees a file and a heading that are not there, and no link in code', () => {
    const markdown = [
      '# Some `code`, and (more)!',
      '[right](docs/security.md) and [here](#some-code-and-more), [site](https://example.org/#x)',
      '![wrong](docs/none.png) `[code](none.md)`',
      '```md',
      '[code](none.md)',
      '```',
      '[wrong](docs), [wrong](docs/security.md#none), [wrong](#none)',
      '[wrong]: none.md',
    ]
    expect(checkLinks('README.md', markdown.join('\n'))).toEqual([
      'README.md:3: docs/none.png is no file',
      'README.md:7: docs is no file',
      'README.md:7: docs/security.md#none is no heading there',
      'README.md:7: #none is no heading there',
      'README.md:8: none.md is no file',
    ])
  })

  test('numbers headings of the same words', () => {
    expect([...readAnchors('# Node\n## Node\n## [Node](x.md)\n```\n# no\n```')]).toEqual(['node', 'node-1', 'node-2'])
  })
})
