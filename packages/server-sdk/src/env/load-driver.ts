import { createRequire } from 'node:module'
import { join } from 'node:path'

/** What installs a package that npm does not have under its name. */
const elsewhere: Readonly<Record<string, string>> = {
  'uWebSockets.js':
    'npm install uNetworking/uWebSockets.js#<tag>, with a tag of https://github.com/uNetworking/uWebSockets.js that is for this version of Node',
}

/**
 * A package of the host's own, of the folder where this runs. By `require`: where native code is missing, `import` can end
 * the process in spite of a catch.
 * @param folder where it is looked for first
 * @throws Error with the line that installs it, or what the package itself throws, as where it lacks one that it needs
 */
export function loadDriver(name: string, folder = process.cwd()): unknown {
  for (const from of [join(folder, 'package.json'), import.meta.url]) {
    const require = createRequire(from)
    if (isThere(name, require)) return require(name)
  }
  const [packageName = name] = name.split('/')
  throw new Error(
    `the package ${packageName} is missing. Run: ${elsewhere[packageName] ?? `npm install ${packageName}`}`,
  )
}

function isThere(name: string, require: NodeJS.Require): boolean {
  try {
    require.resolve(name)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    return false
  }
}
