// Tests in TypeScript read these, too.
export const workspaces: readonly string[]
export function filesUnder(folder: string): string[]
export function markdownFiles(): string[]
