import { readFile } from 'node:fs/promises'
import type { Poll } from '@live-poll/server-sdk'
import { fill } from './fill.ts'

export interface PageInput {
  /** In the order in which they are shown. */
  readonly polls: readonly Poll[]
  readonly isOrganizer: boolean
  /** Where another device finds this page, if there is a network. */
  readonly lanUrl: string | undefined
}

/** Writes the page. */
export type Page = (input: PageInput) => string

/** Reads the parts of the page, once. */
export async function createPage(folder: URL): Promise<Page> {
  const read = (name: string) => readFile(new URL(name, folder), 'utf8')
  const [page, form, menu] = await Promise.all([read('index.html'), read('form.html'), read('menu.html')])
  const signedOut = await read('signed-out.html')
  return ({ polls, isOrganizer, lanUrl }) =>
    fill(page, {
      polls: polls.map(tag).join('\n        '),
      organize: isOrganizer ? form : signedOut,
      menu: isOrganizer ? menu : '',
      secondScreen: lanUrl ? `<b>${lanUrl}</b> on your phone` : 'this page in another window',
    })
}

/** A page of one sentence, which needs no script. */
export function plainPage(sentence: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Live Poll</title>
    <link rel="stylesheet" href="/page.css" />
  </head>
  <body class="plain">
    <main>
      <p>${sentence}</p>
      <p><a href="/">To the polls</a></p>
    </main>
  </body>
</html>
`
}

/** As a site's owner would write it. `choices` keeps its place free while it loads. */
function tag({ id, choices }: Poll): string {
  return `<live-poll poll="${id}" choices="${choices.length}"></live-poll>`
}
