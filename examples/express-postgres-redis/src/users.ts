/** Who may sign in. An app has a table of users, and passwords. */
export interface User {
  readonly id: string
  readonly name: string
  readonly role: 'editor' | 'reader'
}

const users: readonly User[] = [
  { id: 'user-1', name: 'Ada', role: 'editor' },
  { id: 'user-2', name: 'Bob', role: 'reader' },
]

export function findUser(name: unknown): User | undefined {
  return users.find((user) => user.name === name)
}
