import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * A package of the host's own, of the folder where this runs. By `require`: where native code is missing, `import` can end
 * the process in spite of a catch.
 * @throws Error with the line that installs it
 */
export function loadDriver(name: string): unknown {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return createRequire(from)(name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  const [packageName] = name.split('/')
  throw new Error(`the package ${packageName} is missing. Run: npm install ${packageName}`)
}
