import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run-command.mjs'

/** The workspaces of the repository, as `packages/client-sdk`. */
export const workspaces = [...folders('packages'), ...folders('examples'), 'bench'].filter((folder) =>
  existsSync(join(root, folder, 'package.json')),
)

/** All files under a folder, as paths from the root with forward slashes; none if the folder is not there. */
export function filesUnder(folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
}

function folders(parent) {
  if (!existsSync(join(root, parent))) return []
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`)
}

/** Every Markdown file that somebody reads, as a path from the root: no changesets, nothing that is made or installed. */
export function markdownFiles() {
  const everywhere = ['docs', ...workspaces].flatMap(filesUnder)
  const ours = everywhere.filter(
    (path) => path.endsWith('.md') && !/(^|\/)(node_modules|dist|CHANGELOG\.md)(\/|$)/.test(path),
  )
  return ['README.md', 'CONTRIBUTING.md', ...ours]
}
