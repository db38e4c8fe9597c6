/** What is used of the optional package. */
export type BetterAuthPackage = Awaited<ReturnType<typeof importAll>>

/** The version whose columns the schema has. */
const installLine = 'npm install better-auth@1.7.25'

/** @throws Error with the line that installs it */
export async function loadBetterAuth(): Promise<BetterAuthPackage> {
  try {
    return await importAll()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(`accounts: the package better-auth is missing. Run: ${installLine}`, { cause: error })
  }
}

async function importAll() {
  const [{ betterAuth }, { createAuthMiddleware, isAPIError }, { getAuthTables }, { hashPassword, verifyPassword }] =
    await Promise.all([
      import('better-auth'),
      import('better-auth/api'),
      import('better-auth/db'),
      import('better-auth/crypto'),
    ])
  return { betterAuth, createAuthMiddleware, isAPIError, getAuthTables, hashPassword, verifyPassword }
}
