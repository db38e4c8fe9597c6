import type { Database } from '../ports/database.ts'

/** The embedded database of a folder, loaded when it opens. */
export function embeddedIn({ directory }: { readonly directory: string }): Database {
  const load = async () => (await import('../adapters/embedded/embedded.ts')).embedded({ directory })
  return {
    name: 'embedded',
    open: async (logger) => (await load()).open(logger),
    migrate: async () => (await load()).migrate(),
  }
}
